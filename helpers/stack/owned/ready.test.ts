import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CannotRun } from '../../run/cannot-run.ts';
import type { Part } from '../../run/part.ts';
import { planAlloy } from '../parts/alloy.ts';
import { planRedis } from '../parts/redis.ts';
import { planNative, requestStack } from '../testing/plans.ts';
import { listRemains } from '../testing/remains.ts';
import { openLogFile } from './log-file.ts';
import { launchProcess, type PartContext, type PartPlan, startPart } from './part.ts';
import { takePortBlock } from './ports.ts';
import { makeRunDirectory, type RunDirectory } from './run-directory.ts';
import { type StartedParts, startParts } from './start-parts.ts';

async function startShell(script: string, deadlineMs = 10_000): Promise<unknown> {
  const request = requestStack(planNative(['redis']));
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

/** Starts one part where another program listens on the port that it is given as its `position`th, and calls `look` with the others. */
async function startBesideSquatter(
  part: 'redis' | 'alloy',
  position: number,
  look: (started: StartedParts, run: RunDirectory, taken: number) => Promise<void>,
): Promise<void> {
  const request = requestStack(planNative([part]));
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
  const address = squatter.address();
  const taken = typeof address === 'object' && address !== null ? address.port : 0;
  const run = await makeRunDirectory(request.plan.settings.engine);
  const ports = await takePortBlock();
  let count = 0;
  const next = async () => (count++ === position ? taken : await ports.next());
  try {
    const plan = (_: Part, context: PartContext) =>
      part === 'redis'
        ? planRedis(context)
        : planAlloy(context, request.plan.alloy, { mockCloud: { url: 'http://127.0.0.1:9', logFile: '' } });
    const planner = { plan, dependsOnAddresses: [], waitsFor: {} };
    await look(await startParts(request, planner, run, { ...ports, next }), run, taken);
  } finally {
    ports.release();
    await run.end();
    squatter.close();
  }
  expect(existsSync(run.path)).toBe(false);
}

test('a part whose port another program has taken is started with another one', async () => {
  await startBesideSquatter('redis', 0, async ({ endpoints, running }, _, taken) => {
    expect(endpoints.redis?.port).not.toBe(taken);
    await running.get('redis')?.check();
  });
});

test('an Alloy that runs without one of its ports ends before it is started with another one', async () => {
  await startBesideSquatter('alloy', 1, async ({ endpoints }, run, taken) => {
    expect(endpoints.alloy?.otlpGrpc).not.toBe(`127.0.0.1:${taken}`);
    expect(listRemains(run.path).filter((line) => line.includes('embedded-alloy/cli/main.ts run'))).toHaveLength(1);
  });
}, 60_000);
