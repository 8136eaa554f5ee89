import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { RedisEndpoint } from '../../run/endpoints.ts';
import { launchProcess, makePartDirectory, type PartContext, type PartPlan, requireProgram } from '../owned/part.ts';
import { findUnprivilegedUser } from '../owned/unprivileged-user.ts';
import { baseEnvironment } from './base-environment.ts';
import { makePassword, writePrivateFile } from './secret.ts';

/** Plans a Redis with a password, without persistence, on a loopback port. Throws `CannotRun` where there is no Redis. */
export async function planRedis(context: PartContext): Promise<PartPlan> {
  const { request, run, ports } = context;
  const file = requireProgram('redis', request.plan.settings.path);
  const user = findUnprivilegedUser(['redis', 'nobody']);
  const endpoint = { host: '127.0.0.1', port: await ports.next(), password: makePassword() };
  const directory = await makePartDirectory(run, 'redis', user);
  const configuration = join(directory, 'redis.conf');
  const server = {
    file,
    args: [configuration],
    environment: baseEnvironment(request.plan.settings, directory),
    cwd: directory,
    user,
  };
  return {
    part: 'redis',
    title: 'Redis',
    endpoints: { redis: endpoint },
    prepare: () => writePrivateFile(configuration, buildConfiguration(endpoint, directory), user),
    launch: launchProcess('Redis', server, context),
    probe: () => probeRedis(endpoint),
    version: () => readRedisVersion(endpoint),
    deadlineMs: 30_000,
    stopSignal: 'SIGTERM',
    outage: 'stop',
  };
}

function buildConfiguration({ host, port, password }: RedisEndpoint, directory: string): string {
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
  await askRedis(endpoint, (redis) => redis.ping());
}

/** Asks the server for its version, such as `7.4.1`. */
export async function readRedisVersion(endpoint: RedisEndpoint): Promise<string> {
  return /redis_version:(\S+)/.exec(await askRedis(endpoint, (redis) => redis.info('server')))?.[1] ?? 'unknown';
}

async function askRedis<T>(endpoint: RedisEndpoint, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({
    ...endpoint,
    lazyConnect: true,
    // A server that starts refuses connections at once: what takes long is a busy machine.
    connectTimeout: 20_000,
    commandTimeout: 20_000,
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
