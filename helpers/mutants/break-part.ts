import { chmod, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import type { Run } from '../run/run.ts';
import type { Stack } from '../run/stack.ts';
import { applyEdits } from './edit.ts';
import type { PartBreak } from './mutant.ts';

const MAX_BOOT_MS = 60_000;

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
    await askPostgres(run, broken.sql);
    return () => askPostgres(run, broken.undo);
  }
  if ('redis' in broken) {
    const redis = await connectRedis(run);
    await callRedis(redis, broken.redis);
    // The same connection: a login may be what is broken.
    return async () => {
      await callRedis(redis, broken.undo(run));
      redis.disconnect();
    };
  }
  const directory = join(dirname(stack.controlSocket), 'rabbitmq');
  const file = join(directory, 'mutant.conf');
  await writeFile(file, applyEdits(await readFile(join(directory, 'rabbitmq.conf'), 'utf8'), broken.rabbitmq));
  await chmod(file, 0o644);
  await restartRabbitmq(stack, { RABBITMQ_CONFIG_FILE: file });
  return () => restartRabbitmq(stack, {});
}

async function restartRabbitmq(stack: Stack, environment: Record<string, string>): Promise<void> {
  await stack.change?.('rabbitmq', environment);
  const deadline = performance.now() + MAX_BOOT_MS;
  for (;;) {
    const error = await stack.check('rabbitmq').then(
      () => undefined,
      (reason: Error) => reason,
    );
    if (error === undefined) return;
    if (performance.now() > deadline) throw error;
    await delay(100);
  }
}

async function askPostgres({ postgres }: Run, sql: string): Promise<void> {
  const client = new Client({ ...postgres });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function connectRedis({ redis: endpoint }: Run): Promise<Redis> {
  const redis = new Redis({ ...endpoint, lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => {});
  await redis.connect();
  return redis;
}

async function callRedis(redis: Redis, [command = '', ...words]: readonly string[]): Promise<void> {
  await redis.call(command, ...words);
}
