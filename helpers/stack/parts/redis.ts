import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { RedisEndpoint } from '../../run/run.ts';
import { unprivilegedUser } from '../native/unprivileged-user.ts';
import { makePartDirectory, type PartContext, type PartPlan, processOf, requireProgram } from '../owned/part.ts';
import { baseEnvironment } from './base-environment.ts';
import { makePassword, writePrivateFile } from './secret.ts';

/** Plans a Redis with a password, without persistence, on a loopback port. Throws `CannotRun` where there is no Redis. */
export async function planRedis(context: PartContext): Promise<PartPlan> {
  const { run, ports } = context;
  const file = requireProgram('redis');
  const user = unprivilegedUser(['redis', 'nobody']);
  const endpoint = { host: '127.0.0.1', port: await ports.next(), password: makePassword() };
  const directory = await makePartDirectory(run, 'redis', user);
  const configuration = join(directory, 'redis.conf');
  const server = { file, args: [configuration], environment: baseEnvironment(directory), cwd: directory, user };
  return {
    part: 'redis',
    title: 'Redis',
    endpoints: { redis: endpoint },
    prepare: () => writePrivateFile(configuration, configurationOf(endpoint, directory), user),
    launch: processOf('Redis', server, context),
    probe: () => probeRedis(endpoint),
    version: () => versionOfRedis(endpoint),
    deadlineMs: 30_000,
    stopSignal: 'SIGTERM',
    outage: 'stop',
  };
}

function configurationOf({ host, port, password }: RedisEndpoint, directory: string): string {
  return [
    `bind ${host}`,
    `port ${port}`,
    `requirepass ${password}`,
    `dir ${directory}`,
    'save ""',
    'appendonly no',
    'daemonize no',
    '',
  ].join('\n');
}

/** Logs in and has a ping answered; throws while that can't be done. */
export async function probeRedis(endpoint: RedisEndpoint): Promise<void> {
  await asking(endpoint, (redis) => redis.ping());
}

/** The version that the server says, such as `7.4.1`. */
export async function versionOfRedis(endpoint: RedisEndpoint): Promise<string> {
  return /redis_version:(\S+)/.exec(await asking(endpoint, (redis) => redis.info('server')))?.[1] ?? 'unknown';
}

async function asking<T>(endpoint: RedisEndpoint, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({
    ...endpoint,
    lazyConnect: true,
    connectTimeout: 2000,
    commandTimeout: 5000,
    retryStrategy: () => null,
  });
  // Its failures are those of the awaited calls; without a listener they would be printed as well.
  redis.on('error', () => {});
  try {
    await redis.connect();
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}
