import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Part } from '../../run/part.ts';
import { readSettings } from '../../settings/settings.ts';
import { startAnsweringEngine } from '../../setup/testing/answering-engine.ts';

/** A separate temporary directory, so that a person's warm stack is neither used nor replaced. */
const directory = mkdtempSync(join(tmpdir(), 'reuse-'));
chmodSync(directory, 0o755);
process.env.TMPDIR = directory;
// The place of a warm stack's state is decided when these are loaded.
const { chooseStack } = await import('../choose.ts');
const { describeOwner } = await import('../owned/run-directory.ts');
const { startRun } = await import('../start.ts');
const { describeStack } = await import('./fingerprint.ts');
const { serveLeases } = await import('./lease.ts');
const { removeWarmState, writeWarmState } = await import('./warm-state.ts');

const parts: readonly Part[] = ['mock-cloud', 'alloy'];
const native = readSettings({ STACK: 'native', ALLOY: 'embedded', PATH: process.env.PATH });

/** Starts a stack that this process keeps warm. */
async function keepWarm(): Promise<AsyncDisposable> {
  const { plan, run, stack } = await startRun(await chooseStack(native, parts, { reuse: false }), {}, { reuse: false });
  if (stack === undefined || plan.stack === 'external') throw new Error('no stack was started');
  const { versions, timings, controlSocket } = stack;
  const logs = join(dirname(controlSocket), 'logs');
  const leaseSocket = join(dirname(controlSocket), 'lease.sock');
  const leases = await serveLeases(leaseSocket, async () => {});
  const owner = describeOwner(process.pid);
  writeWarmState({ owner, ...describeStack(plan), leaseSocket, logs, run, versions, timings });
  return {
    async [Symbol.asyncDispose]() {
      removeWarmState();
      leases.close();
      await stack.stop();
    },
  };
}

describe('while a warm native stack runs', () => {
  let warm: AsyncDisposable;
  beforeAll(async () => {
    warm = await keepWarm();
  });
  afterAll(async () => {
    await warm[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true });
  });

  test('a run without STACK is native as well, even if an engine has the images', async () => {
    await using engine = await startAnsweringEngine((path) =>
      path.startsWith('/images/') ? { body: { Id: 'sha256:1', Config: {} } } : undefined,
    );
    const settings = readSettings({ DOCKER_HOST: engine.address, PATH: '/nowhere' });
    expect(await chooseStack(settings, parts)).toMatchObject({ stack: 'native', because: 'a warm stack runs' });
    expect(await chooseStack(settings, parts, { reuse: false })).toMatchObject({
      stack: 'containers',
      because: 'an engine has the images',
    });
  });

  test('a run with the same settings uses it, except with reuse: false', async () => {
    const plan = await chooseStack(native, parts);
    const reused = await startRun(plan);
    expect(reused.stack?.warm).toBe(true);
    await reused.stack?.stop();
    const lines: string[] = [];
    const fresh = await startRun(plan, { onProgress: (line) => lines.push(line) }, { reuse: false });
    expect(fresh.stack?.warm).toBe(false);
    expect(fresh.run.mockUrl).not.toBe(reused.run.mockUrl);
    expect(lines).toEqual([]);
    await fresh.stack?.stop();
  });
});
