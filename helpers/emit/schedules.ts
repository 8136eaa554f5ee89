import { randomUUID } from 'node:crypto';
import type { Channel } from 'amqplib';
import type { Client } from 'pg';
import { makeSnowflake } from './discord.ts';

/** A row that is due: its UUID, its game, and the TraceQL query that finds the trace of its processing. */
export type DueRow = { readonly job: string; readonly game: string; readonly query: string };

/** Makes a notification of a new game due now. */
export async function scheduleNotification(client: Client): Promise<DueRow> {
  const game = await newGame(client);
  const job = await insert(
    client,
    'INSERT INTO notification_schedule (game_id, notification_time) VALUES ($1, now())',
    [game],
  );
  return { job, game, query: `{name="scheduled.NotificationSchedule" && span.scheduler.job_id="${job}"}` };
}

/** Makes this many notifications due, one after the other. */
export async function scheduleNotifications(client: Client, count: number): Promise<DueRow[]> {
  const rows: DueRow[] = [];
  for (let n = 0; n < count; n++) rows.push(await scheduleNotification(client));
  return rows;
}

/** Makes a status change of a new game due now. */
export async function scheduleTransition(client: Client, status: string): Promise<DueRow> {
  const game = await newGame(client);
  const job = await insert(
    client,
    'INSERT INTO game_status_schedule (game_id, target_status, transition_time) VALUES ($1, $2, now())',
    [game, status],
  );
  return { job, game, query: `{name="scheduled.GameStatusSchedule" && span.scheduler.job_id="${job}"}` };
}

/** The status of a game in the database. */
export async function readGameStatus(client: Client, game: string): Promise<string | undefined> {
  const { rows } = await client.query<{ status: string }>('SELECT status FROM games WHERE id = $1', [game]);
  return rows[0]?.status;
}

/** How many of these rows were processed, and how often the bot announced their events in total. */
export async function countProcessed(
  client: Client,
  rows: readonly DueRow[],
): Promise<{ processed: number; announced: number }> {
  const { rows: counts } = await client.query<{ processed: string; announced: string }>(
    `SELECT (SELECT count(*) FROM notification_schedule WHERE id = ANY ($1::uuid[]) AND processed_at IS NOT NULL) AS processed,
            (SELECT count(*) FROM announcements WHERE game_id = ANY ($2::uuid[])) AS announced`,
    [rows.map(({ job }) => job), rows.map(({ game }) => game)],
  );
  return { processed: Number(counts[0]?.processed), announced: Number(counts[0]?.announced) };
}

/** Publishes a message that the bot can't read, and returns its ID. */
export async function publishMalformed(channel: Channel): Promise<string> {
  const messageId = randomUUID();
  channel.publish('game_scheduler.events', 'game.created', Buffer.from('{ not an event'), { messageId });
  return messageId;
}

/** The headers of a parked dead letter, with the reason; undefined while it is not parked. The queue keeps its messages. */
export async function findParkedReason(channel: Channel, messageId: string): Promise<string | undefined> {
  const { messageCount } = await channel.checkQueue('bot.events.parked');
  let reason: string | undefined;
  for (let taken = 0; taken < messageCount && reason === undefined; taken++) {
    const message = await channel.get('bot.events.parked');
    if (message === false) break;
    if (message.properties.messageId === messageId) reason = JSON.stringify(message.properties.headers);
  }
  await channel.nackAll(true);
  return reason;
}

async function newGame(client: Client): Promise<string> {
  const guild = await insert(client, 'INSERT INTO guilds (discord_id, name) VALUES ($1, $2)', [
    makeSnowflake(),
    'alloy-verify',
  ]);
  const host = await insert(client, 'INSERT INTO users (discord_id, name) VALUES ($1, $2)', [
    makeSnowflake(),
    'alloy-verify',
  ]);
  return await insert(
    client,
    "INSERT INTO games (guild_id, host_id, title, scheduled_at) VALUES ($1, $2, 'A game to verify with', now() + interval '1 hour')",
    [guild, host],
  );
}

async function insert(client: Client, statement: string, values: readonly unknown[]): Promise<string> {
  const { rows } = await client.query<{ id: string }>(`${statement} RETURNING id`, [...values]);
  const [row] = rows;
  if (row === undefined) throw new Error(`nothing was inserted: ${statement}`);
  return row.id;
}
