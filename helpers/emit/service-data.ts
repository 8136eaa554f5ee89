import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { makeSnowflake } from './discord.ts';
import { call, callUntraced, type HttpResult, requireStatus } from './http.ts';

const Created = z.object({ id: z.string() });

/** Creates a guild through the API and returns its ID. */
export async function createGuild(api: string): Promise<string> {
  const answer = await callUntraced(`${api}/api/guilds`, {
    discord_id: makeSnowflake(),
    name: `alloy-verify ${randomUUID()}`,
  });
  requireStatus('api', answer, 201);
  return Created.parse(answer.json).id;
}

/** Creates a game of a guild through the API, whose event the API then publishes; returns the request of it. */
export async function createGame(api: string, guild: string): Promise<HttpResult> {
  const tomorrow = new Date(Date.now() + 24 * 3_600_000);
  return await call(`${api}/api/games`, {
    guild_id: guild,
    host: { discord_id: makeSnowflake(), name: 'alloy-verify' },
    title: 'A game to verify with',
    scheduled_at: tomorrow.toISOString(),
  });
}
