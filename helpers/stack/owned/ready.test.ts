import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CannotRun } from '../../run/cannot-run.ts';
import type { Part } from '../../run/part.ts';
import { planRedis } from '../parts/redis.ts';
import { planNative, requestStack } from '../testing/plans.ts';
import { openLogFile } from './log-file.ts';
import { launchProcess, type PartContext, type PartPlan, startPart } from './part.ts';
import { takePortBlock } from './ports.ts';
import { makeRunDirectory } from './run-directory.ts';
import { startParts } from './start-parts.ts';

const request = requestStack(planNative(['redis']));

async function startShell(script: string, deadlineMs = 10_000): Promise<unknown> {
  const run = await makeRunDirectory(request.plan.settings.engine);
  const ports = await takePortBlock();
  const logPath = join(run.path, 'redis.log');
  const context = { request, run, ports, logPath, log: openLogFile(logPath) };
  const shell = { file: '/bin/sh', args: ['-c', script], environment: { PATH: '/usr/bin:/bin' }, cwd: run.path };
  const plan: PartPlan = {
    part: 'redis',
    title: 'Redis',
    endpoints: {},
    prepare: async () => {},
    launch: launchProcess('Redis', shell, context),
    probe: () => Promise.reject(new Error('not yet')),
    version: async () => '0',
    deadlineMs,
    stopSignal: 'SIGTERM',
    outage: 'stop',
  };
  try {
    return await startPart(plan, context).catch((error: unknown) => error);
  } finally {
    ports.release();
    await run.end();
  }
}

test('a part that ends at once is reported with its exit code and its last lines', async () => {
  const error = await startShell('for i in $(seq 1 30); do echo "line $i"; done; echo "no such directive" >&2; exit 3');
  expect(error).toBeInstanceOf(CannotRun);
  expect(String(error)).toMatch(
    /Redis ended with exit code 3\. Its last log lines:\n(?: {4}line \d+\n){19} {4}no such directive$/,
  );
});

test('a part that is not ready in time is reported with what its last probe found', async () => {
  const error = await startShell('exec sleep 60', 100);
  expect(String(error)).toMatch(/Redis was not ready within 0\.1 s \(not yet\)/);
});

test('a part whose port another program has taken is started with another one', async () => {
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
  const address = squatter.address();
  const taken = typeof address === 'object' && address !== null ? address.port : 0;
  const run = await makeRunDirectory(request.plan.settings.engine);
  const ports = await takePortBlock();
  const choices = [taken];
  const next = async () => choices.shift() ?? (await ports.next());
  try {
    const plan = (_: Part, context: PartContext) => planRedis(context);
    const planner = { plan, dependsOnAddresses: [], waitsFor: {} };
    const { endpoints, running } = await startParts(request, planner, run, { ...ports, next });
    expect(endpoints.redis?.port).not.toBe(taken);
    await running.get('redis')?.check();
  } finally {
    ports.release();
    await run.end();
    squatter.close();
  }
  expect(existsSync(run.path)).toBe(false);
});
