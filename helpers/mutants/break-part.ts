import { chmod, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ChannelModel, connect } from 'amqplib';
import { Redis } from 'ioredis';
import { Client, DatabaseError } from 'pg';
import type { Run } from '../run/run.ts';
import type { Stack } from '../run/stack.ts';
import { applyEdits, type Edit } from './edit.ts';
import type { PartBreak } from './mutant.ts';

const MAX_BOOT_MS = 60_000;
const MAX_ANSWER_MS = 20_000;

/** Breaks a part of the stack, and returns what makes it whole again. */
export async function breakPart(broken: PartBreak, stack: Stack, run: Run): Promise<() => Promise<void>> {
  if ('part' in broken) {
    const { part, is } = broken;
    if (is === 'paused') {
      await stack.pause(part);
      return () => stack.resume(part);
    }
    await stack.takeAway(part);
    return () => stack.bringBack(part);
  }
  if ('sql' in broken) {
    const ask = broken.isSuperuser === true ? await findSuperuser(stack, run) : run.postgres;
    await askPostgres(ask, broken.sql);
    return () => askPostgres(ask, broken.undo);
  }
  if ('redis' in broken) {
    const redis = await connectRedis(run);
    await callRedis(redis, broken.redis);
    // The same connection: a login may be what is broken. A Redis that was started again since has closed it, and is whole.
    return async () => {
      const open = redis.status === 'ready' ? redis : await connectRedis(run);
      await callRedis(open, broken.undo(run));
      open.disconnect();
    };
  }
  if ('queue' in broken) {
    await replaceQueue(run, broken.queue, broken.arguments);
    return () => replaceQueue(run, broken.queue);
  }
  const directory = join(dirname(stack.controlSocket), 'rabbitmq');
  const write = async (name: string, text: string) => {
    const file = join(directory, name);
    await writeFile(file, text);
    await chmod(file, 0o644);
    return file;
  };
  const start = async (edits: readonly Edit[], definitions: object | undefined, plugins?: string) => {
    const loaded =
      definitions === undefined
        ? ''
        : `load_definitions = ${await write('definitions.json', JSON.stringify(definitions))}\n`;
    const text = applyEdits(await readFile(join(directory, 'rabbitmq.conf'), 'utf8'), edits);
    await stack.change?.('rabbitmq', {
      RABBITMQ_CONFIG_FILE: await write('mutant.conf', `${text}${loaded}`),
      ...(plugins !== undefined && { RABBITMQ_ENABLED_PLUGINS_FILE: await write('mutant_plugins', plugins) }),
    });
    // Without its plugin it has no metrics page, which a check asks for.
    await untilWorking(() =>
      plugins === undefined ? stack.check('rabbitmq') : connectRabbitmq(run).then(endConnection),
    );
  };
  await start(broken.rabbitmq, broken.definitions?.(run), broken.plugins);
  return () => start([], broken.undo?.(run));
}

async function untilWorking(check: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + MAX_BOOT_MS;
  for (;;) {
    const error = await check().then(
      () => undefined,
      (reason: Error) => reason,
    );
    if (error === undefined) return;
    if (performance.now() > deadline) throw error;
    await delay(100);
  }
}

/** The superuser of a stack of our own; its password is in a file that only we can read. */
async function findSuperuser({ controlSocket }: Stack, { postgres }: Run): Promise<Run['postgres']> {
  const password = await readFile(join(dirname(controlSocket), 'postgres', 'superuser-password'), 'utf8');
  return postgres && { ...postgres, user: 'postgres', password: password.trim(), database: 'postgres' };
}

async function connectRabbitmq({ rabbitmq }: Run): Promise<ChannelModel> {
  if (rabbitmq === undefined) throw new TypeError('the stack has no RabbitMQ');
  const { host, port, user, password } = rabbitmq;
  const connection = await connect({ hostname: host, port, username: user, password }, { timeout: 5000 });
  connection.on('error', () => {});
  return connection;
}

async function endConnection(connection: ChannelModel): Promise<void> {
  await connection.close().catch(() => {});
}

async function replaceQueue(run: Run, queue: string, declared?: Readonly<Record<string, string | number>>) {
  const connection = await connectRabbitmq(run);
  const channel = await connection.createChannel();
  // Sent together: a service that loses its queue declares it again at once.
  await Promise.all([
    channel.deleteQueue(queue),
    declared === undefined ? undefined : channel.assertQueue(queue, { durable: true, arguments: declared }),
  ]);
  await endConnection(connection);
}

async function askPostgres(endpoint: Run['postgres'], sql: string | readonly string[]): Promise<void> {
  const client = new Client({ ...endpoint, connectionTimeoutMillis: MAX_ANSWER_MS, query_timeout: MAX_ANSWER_MS });
  client.on('error', () => {});
  await client.connect();
  try {
    for (const statement of [sql].flat()) await queryAgain(client, statement);
  } finally {
    await client.end();
  }
}

/** Whoever works in the database meanwhile may be chosen to win a deadlock. */
async function queryAgain(client: Client, statement: string): Promise<void> {
  for (;;) {
    try {
      return void (await client.query(statement));
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== DEADLOCK_DETECTED) throw error;
    }
  }
}

/** PostgreSQL, appendix A: error codes. */
const DEADLOCK_DETECTED = '40P01';

async function connectRedis({ redis: endpoint }: Run): Promise<Redis> {
  const redis = new Redis({ ...endpoint, lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => {});
  await redis.connect();
  return redis;
}

async function callRedis(redis: Redis, [command = '', ...words]: readonly string[]): Promise<void> {
  await redis.call(command, ...words);
}
