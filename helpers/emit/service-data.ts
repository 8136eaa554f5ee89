import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { makeSnowflake } from './discord.ts';
import { callUntraced } from './http.ts';

const Created = z.object({ id: z.string() });

/** Creates a guild through the API and returns its ID. */
export async function createGuild(api: string): Promise<string> {
  const { status, json } = await callUntraced(`${api}/api/guilds`, {
    discord_id: makeSnowflake(),
    name: `alloy-verify ${randomUUID()}`,
  });
  if (status !== 201) throw new Error(`POST ${api}/api/guilds answered ${status}: ${JSON.stringify(json)}`);
  return Created.parse(json).id;
}
