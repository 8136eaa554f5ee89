import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
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

/**
 * What is wrong where the API keeps the event of a game that it has published, as the answer to {@link createGame} has it. A
 * transaction that is about to delete it is waited for.
 */
export async function listKeptEvents(client: Client, { json }: HttpResult): Promise<string[]> {
  const { id } = Created.parse(json);
  const { rowCount } = await client.query(`SELECT FROM event_outbox WHERE event ->> 'gameId' = $1 FOR UPDATE`, [id]);
  return rowCount === 0
    ? []
    : [
        `the API service has published the event of the game ${id} and keeps it in its outbox: it will publish it again and again`,
      ];
}
