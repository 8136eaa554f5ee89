import { randomUUID } from 'node:crypto';
import type { Channel, ConfirmChannel, ConsumeMessage } from 'amqplib';
import type { Client } from 'pg';
import { z } from 'zod';
import { newSampledParent, newTraceId, type TraceId } from '../otlp/ids.ts';
import { makeSnowflake } from './discord.ts';
import { waitForConfirms } from './rabbitmq.ts';

/** The exchange of the application's events, and the queue from which the bot takes them. */
const [EVENTS, QUEUE] = ['game_scheduler.events', 'bot.events'];

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

/** Makes a change to IN_PROGRESS due now, of this game or of a new one. */
export async function scheduleTransition(client: Client, existing?: string): Promise<DueRow> {
  const game = existing ?? (await newGame(client));
  const job = await insert(
    client,
    "INSERT INTO game_status_schedule (game_id, target_status, transition_time) VALUES ($1, 'IN_PROGRESS', now())",
    [game],
  );
  return { job, game, query: `{name="scheduled.GameStatusSchedule" && span.scheduler.job_id="${job}"}` };
}

/** A game that no other connection can change until it is released. */
export type HeldGame = {
  readonly game: string;
  /** How many connections wait to change it. */
  readonly countWaiting: () => Promise<number>;
  readonly release: () => Promise<void>;
};

/** Makes a new game and holds it in a transaction of `holder`; `client` makes and counts. */
export async function holdNewGame(client: Client, holder: Client): Promise<HeldGame> {
  const game = await newGame(client);
  await holder.query('BEGIN');
  // Rows that refer to the game can still be inserted.
  await holder.query('SELECT FROM games WHERE id = $1 FOR NO KEY UPDATE', [game]);
  const { rows } = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return {
    game,
    countWaiting: async () => {
      const waiting = await client.query('SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))', [
        rows[0]?.pid,
      ]);
      return waiting.rowCount ?? 0;
    },
    release: async () => void (await holder.query('ROLLBACK')),
  };
}

/** The status of a game in the database. */
export async function readGameStatus(client: Client, game: string): Promise<string | undefined> {
  const { rows } = await client.query<{ status: string }>('SELECT status FROM games WHERE id = $1', [game]);
  return rows[0]?.status;
}

/** What is wrong where a game, whose change to IN_PROGRESS was done, has another status. */
export function listOtherStatus(status = 'none'): string[] {
  return status === 'IN_PROGRESS'
    ? []
    : [
        `the status transition daemon has processed a row and not changed its game: the status is ${status}, not IN_PROGRESS`,
      ];
}

/** How many of these status changes were processed, and how often the bot announced their events in total. */
export async function countProcessed(
  client: Client,
  rows: readonly DueRow[],
): Promise<{ processed: number; announced: number }> {
  const { rows: counts } = await client.query<{ processed: string; announced: string }>(
    `SELECT (SELECT count(*) FROM game_status_schedule WHERE id = ANY ($1::uuid[]) AND processed_at IS NOT NULL) AS processed,
            (SELECT count(*) FROM announcements WHERE game_id = ANY ($2::uuid[])) AS announced`,
    [rows.map(({ job }) => job), rows.map(({ game }) => game)],
  );
  return { processed: Number(counts[0]?.processed), announced: Number(counts[0]?.announced) };
}

/** How many of some rows were processed, and how often their events were announced in total. */
export type Processed = Awaited<ReturnType<typeof countProcessed>>;

/** Whether this many rows were processed, and their events announced once each. */
export function isDoneOnce(rows: number): (found: Processed) => boolean {
  return ({ processed, announced }) => processed === rows && announced === rows;
}

/** Whether the events of this many rows were announced more often, which can't be undone. */
export function isDoneTooOften(rows: number): (found: Processed) => boolean {
  return ({ announced }) => announced > rows;
}

/** The events that RabbitMQ has taken since, until disposed: the ID of each message, and its game. */
export type WatchedEvents = AsyncDisposable & {
  readonly seen: readonly { readonly id: string; readonly game: string }[];
};

/** The game of an event; others put messages there that are none. */
const GAME = /"gameId"\s*:\s*"([^"]+)"/;

/** Watches the events that are published, beside the bot: no event is returned while it does. */
export async function watchEvents(channel: Channel): Promise<WatchedEvents> {
  const seen: { id: string; game: string }[] = [];
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, EVENTS, '#');
  const note = ({ content, properties }: ConsumeMessage) => {
    const [, game = ''] = GAME.exec(content.toString()) ?? [];
    seen.push({ id: String(properties.messageId), game });
  };
  await channel.consume(queue, (message) => message && note(message), { noAck: true });
  return { seen, [Symbol.asyncDispose]: async () => void (await channel.deleteQueue(queue)) };
}

/** What is wrong where the event of a row is published under another ID than that of the row: who gets it twice can't tell. */
export function listUnidentified({ seen }: WatchedEvents, rows: readonly DueRow[]): string[] {
  return rows.flatMap(({ job, game }) => {
    const found = seen.filter((event) => event.game === game);
    const [first] = found;
    return first === undefined || found.some(({ id }) => id === job)
      ? []
      : [
          `the status transition daemon publishes the event of the row ${job} under another message ID, ${first.id}: one that is published again can't be told from a new one`,
        ];
  });
}

/** What is wrong where events are announced more than once. */
export function listDoubles({ processed, announced }: Processed): string[] {
  return announced <= processed
    ? []
    : [
        `the bot handles a message twice that is delivered twice: it has announced ${processed} events ${announced} times`,
      ];
}

/** What is wrong where messages are taken for handled as soon as they are sent to the bot. */
export function listUnacknowledged(acknowledgement: 'manual' | 'automatic' | undefined): string[] {
  return acknowledgement === 'automatic'
    ? [
        `the bot takes messages out of ${QUEUE} without acknowledging them (noAck): those that it has not handled when it ends are lost`,
      ]
    : [];
}

/** What is wrong where a row is done before RabbitMQ has confirmed its event. */
export function listTooEarly({ processed }: Pick<Processed, 'processed'>): string[] {
  return processed === 0
    ? []
    : [
        'the status transition daemon does not wait for the confirm of RabbitMQ: it has marked a row as processed whose event was not confirmed, and is lost if the broker dies now',
      ];
}

/**
 * Publishes the event of a status change twice more, as a daemon does that died before it could note that RabbitMQ had taken it.
 * Returns the trace of which both are a part.
 */
export async function publishAgain(channel: ConfirmChannel, { job, game }: DueRow): Promise<TraceId> {
  const traceId = newTraceId();
  const event = { type: 'game.status_changed', gameId: game, status: 'IN_PROGRESS' };
  const headers = { traceparent: newSampledParent(traceId) };
  for (let n = 0; n < 2; n++) {
    const options = { messageId: job, type: event.type, contentType: 'application/json', persistent: true, headers };
    channel.publish(EVENTS, event.type, Buffer.from(JSON.stringify(event)), options);
  }
  await waitForConfirms(channel);
  return traceId;
}

/**
 * Has no queue take the events: RabbitMQ returns each to who published it, before it confirms it. A service that reconnects
 * binds the queue again, and so does disposing.
 */
export async function unbindEvents(channel: Channel): Promise<AsyncDisposable> {
  await channel.unbindQueue(QUEUE, EVENTS, '#');
  return { [Symbol.asyncDispose]: async () => void (await channel.bindQueue(QUEUE, EVENTS, '#')) };
}

/** Publishes a message that the bot can't read, as a part of a trace like all others, and returns its ID. */
export async function publishMalformed(channel: Channel): Promise<string> {
  const messageId = randomUUID();
  const headers = { traceparent: newSampledParent(newTraceId()) };
  channel.publish(EVENTS, 'game.created', Buffer.from('{ not an event'), { messageId, headers });
  return messageId;
}

/** How often the event of a row was published, and what has become of the row. */
export type Unconfirmed = { readonly published: number; readonly processed: number; readonly announced: number };

/** A time in which RabbitMQ confirms no event. */
export type RefusedConfirms = AsyncDisposable & { readonly read: (row: DueRow) => Promise<Unconfirmed> };

/**
 * Has RabbitMQ answer every event that is published with basic.nack, although the bot's queue takes it: as with a broker that
 * dies before it confirms a message, nobody may take it for published. Disposing ends that.
 */
export async function refuseConfirms(channel: ConfirmChannel, client: Client): Promise<RefusedConfirms> {
  const published: string[] = [];
  const [full, seen] = await Promise.all([
    channel.assertQueue('', { exclusive: true, arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' } }),
    channel.assertQueue('', { exclusive: true }),
  ]);
  channel.sendToQueue(full.queue, Buffer.from('it is full'));
  await waitForConfirms(channel);
  await channel.consume(seen.queue, (message) => message && published.push(String(message.properties.messageId)), {
    noAck: true,
  });
  for (const { queue } of [full, seen]) await channel.bindQueue(queue, EVENTS, '#');
  return {
    read: async (row) => ({
      published: published.filter((id) => id === row.job).length,
      ...(await countProcessed(client, [row])),
    }),
    [Symbol.asyncDispose]: async () => {
      for (const { queue } of [full, seen]) await channel.deleteQueue(queue);
    },
  };
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

/** What is wrong where a message that can't be parsed is not parked as such; `headers` are those of the dead letter, as JSON. */
export function listMisparked(headers = '{}'): string[] {
  const { 'x-dead-letter-kind': kind, 'x-dead-letter-reason': reason } = DeadLetter.parse(JSON.parse(headers));
  return kind === 'malformed'
    ? []
    : [`the bot dead-letters a message that it can't parse as ${kind}, not as malformed: ${reason}`];
}

const DeadLetter = z.object({
  'x-dead-letter-kind': z.string().default('nothing'),
  'x-dead-letter-reason': z.string().default('it gives no reason'),
});

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
