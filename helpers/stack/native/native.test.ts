import { createConnection } from 'node:net';
import { dirname } from 'node:path';
import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Stack } from '../../run/stack.ts';
import { connectControl } from '../owned/control-client.ts';
import { get } from '../parts/http-probe.ts';
import { startNativeParts } from '../testing/plans.ts';
import { listRemains } from '../testing/remains.ts';

let stack: Stack;
let directory: string;

beforeAll(async () => {
  stack = await startNativeParts(['postgres', 'redis', 'rabbitmq']);
  directory = dirname(stack.controlSocket);
}, 120_000);
afterAll(() => stack.stop());

function endpoint<K extends 'postgres' | 'redis' | 'rabbitmq'>(part: K): NonNullable<Stack['endpoints'][K]> {
  const found = stack.endpoints[part];
  if (found === undefined) throw new Error(`no ${part}`);
  return found;
}

async function askPostgres(statement: string): Promise<unknown[]> {
  const client = new Client(endpoint('postgres'));
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query(statement)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

async function pingRedis(options: object = endpoint('redis')): Promise<string> {
  const { host, port } = endpoint('redis');
  const redis = new Redis({ host, port, ...options, lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return await redis.ping();
  } finally {
    redis.disconnect();
  }
}

describe('a native stack', () => {
  test('gives the application its database and the right to read statistics', async () => {
    expect(await askPostgres('SELECT current_user AS role, current_database() AS name')).toEqual([
      { role: 'game_scheduler', name: 'game_scheduler' },
    ]);
    expect(await askPostgres("SELECT pg_has_role('pg_monitor', 'member') AS monitors")).toEqual([{ monitors: true }]);
  });

  test('refuses a Redis client with a wrong password', async () => {
    await expect(pingRedis({ password: 'wrong' })).rejects.toThrow();
    expect(await pingRedis()).toBe('PONG');
  });

  test("shows the depth of a queue under the queue's name", async () => {
    const { host, port, user, password, metricsUrl } = endpoint('rabbitmq');
    const connection = await connect({ hostname: host, port, username: user, password });
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue('depth', { exclusive: true });
    for (let message = 0; message < 5; message += 1) channel.sendToQueue('depth', Buffer.from('x'));
    await channel.waitForConfirms();
    await expect
      .poll(async () => (await get(metricsUrl)).text, { timeout: 10_000 })
      .toMatch(/^rabbitmq_queue_messages\{[^}]*queue="depth"[^}]*\} 5$/m);
    await connection.close();
  });

  test('takes PostgreSQL and Redis away and brings them back at the same address, asked from another process', async () => {
    const control = connectControl(stack.controlSocket);
    await Promise.all([control.takeAway('postgres'), control.takeAway('redis')]);
    await expect(askPostgres('SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
    await expect(pingRedis()).rejects.toThrow();
    await Promise.all([control.bringBack('postgres'), control.bringBack('redis')]);
    expect(await askPostgres('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await pingRedis()).toBe('PONG');
  });

  test('pauses RabbitMQ for an outage, and twice is as once', async () => {
    const { metricsUrl } = endpoint('rabbitmq');
    await stack.takeAway('rabbitmq');
    await stack.takeAway('rabbitmq');
    const silence = Promise.race([
      get(metricsUrl).catch(() => 'no answer'),
      new Promise((end) => setTimeout(end, 300, 'no answer')),
    ]);
    expect(await silence).toBe('no answer');
    await stack.bringBack('rabbitmq');
    await stack.bringBack('rabbitmq');
    expect((await get(metricsUrl)).status).toBe(200);
  });

  test('starts a part again to restart it', async () => {
    await pingRedis();
    await stack.restart('redis');
    expect(await pingRedis()).toBe('PONG');
    expect(stack.readLogTail('redis', 200).filter((line) => line.includes('Ready to accept connections')).length).toBe(
      3,
    );
  });

  test('knows the version and the time to readiness of each part', () => {
    expect(Object.keys(stack.versions).sort()).toEqual(['postgres', 'rabbitmq', 'redis']);
    expect(stack.versions.redis).toMatch(/^\d+\.\d+/);
    expect(stack.timings.stack).toBeGreaterThanOrEqual(stack.timings.rabbitmq ?? Number.POSITIVE_INFINITY);
  });

  test('has no secret in the command line of any of its processes', () => {
    const secrets = [endpoint('postgres'), endpoint('redis'), endpoint('rabbitmq')].map(({ password }) => password);
    const commands = listRemains(directory).join('\n');
    expect(commands).toContain('redis-server');
    for (const secret of secrets) expect(commands).not.toContain(secret);
  });

  test('runs beside another one, and leaves no process, directory or listener when stopped', async () => {
    const other = await startNativeParts(['postgres', 'redis']);
    const itsDirectory = dirname(other.controlSocket);
    expect(other.endpoints.redis?.port).not.toBe(endpoint('redis').port);
    await other.stop();
    expect(listRemains(itsDirectory)).toEqual([]);
    for (const { port } of [other.endpoints.postgres, other.endpoints.redis].flatMap((found) => found ?? [])) {
      expect(await listens(port)).toBe(false);
    }
    expect(await pingRedis()).toBe('PONG');
  });
});

async function listens(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
