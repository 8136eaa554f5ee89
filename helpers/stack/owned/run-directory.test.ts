import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { CannotRun } from '../../run/cannot-run.ts';
import { readSettings } from '../../settings/settings.ts';
import { commandLine, findWatchdog } from '../testing/command-line.ts';
import { listRemains, remainsAfterEnd } from '../testing/remains.ts';
import { signalFamily } from './processes.ts';
import { describeOwner, isOwnerAlive, makeRunDirectory, sweepStaleRuns } from './run-directory.ts';

const { engine } = readSettings();

async function startRunner(...parts: string[]): Promise<{ runner: ChildProcess; directory: string }> {
  const script = join(import.meta.dirname, '../testing/hold-stack.ts');
  const runner = spawn(process.execPath, [script, ...parts], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(runner.stdout, 'data');
  return { runner, directory: String(line).trim() };
}

function findLeader(directory: string, program: string): { pid: number; startTicks: string } {
  const lines = readFileSync(join(directory, 'processes'), 'utf8').trim().split('\n');
  for (const line of lines) {
    const [pid = '', startTicks = ''] = line.split(' ');
    if (commandLine(Number(pid))[0]?.endsWith(program) === true) return { pid: Number(pid), startTicks };
  }
  throw new Error(`no ${program} among the processes of ${directory}`);
}

/** Whether the kernel has this shared memory segment: the second field of /proc/sysvipc/shm is the ID. */
function hasSharedMemory(id: string | undefined): boolean {
  const segments = readFileSync('/proc/sysvipc/shm', 'utf8').split('\n');
  return segments.some((line) => line.trim().split(/\s+/)[1] === id);
}

test.concurrent('a runner that is killed with SIGKILL leaves no process, directory or shared memory', async ({
  expect,
}) => {
  const { runner, directory } = await startRunner('redis', 'postgres');
  expect(listRemains(directory).length).toBeGreaterThan(6);
  const lines = readFileSync(join(directory, 'postgres/data/postmaster.pid'), 'utf8').split('\n');
  const segment = lines[6]?.trim().split(/\s+/)[1];
  expect(hasSharedMemory(segment)).toBe(true);
  runner.kill('SIGKILL');
  expect(await remainsAfterEnd(directory)).toEqual([]);
  expect(hasSharedMemory(segment)).toBe(false);
});

test.concurrent('a runner that is ended by Ctrl-C leaves no process and no directory', async ({ expect }) => {
  const { runner, directory } = await startRunner('redis');
  runner.kill('SIGINT');
  expect(await remainsAfterEnd(directory)).toEqual([]);
});

test.concurrent("PostgreSQL's processes are found when they are stopped and their parent is gone", async () => {
  const { runner, directory } = await startRunner('postgres');
  const postmaster = findLeader(directory, '/postgres');
  signalFamily(postmaster, 'SIGSTOP');
  process.kill(postmaster.pid, 'SIGKILL');
  runner.kill('SIGKILL');
  expect(await remainsAfterEnd(directory)).toEqual([]);
});

test.concurrent('a watchdog that is killed is replaced', async ({ expect }) => {
  const { runner, directory } = await startRunner('redis');
  const killed = findWatchdog(directory);
  process.kill(killed, 'SIGKILL');
  await expect.poll(() => findWatchdog(directory)).not.toBe(killed);
  runner.kill('SIGKILL');
  expect(await remainsAfterEnd(directory)).toEqual([]);
});

test.concurrent('what is left when runner and watchdog are both killed is swept by the next run', async ({
  expect,
}) => {
  const { runner, directory } = await startRunner('redis');
  // A stopped runner can't replace its watchdog.
  runner.kill('SIGSTOP');
  process.kill(findWatchdog(directory), 'SIGKILL');
  runner.kill('SIGKILL');
  await once(runner, 'exit');
  expect(listRemains(directory).length).toBeGreaterThan(1);
  await sweepStaleRuns(engine);
  expect(await remainsAfterEnd(directory)).toEqual([]);
});

test.concurrent('a sweep leaves the runs of living runners alone', async ({ expect }) => {
  const run = await makeRunDirectory(engine);
  expect(await sweepStaleRuns(engine)).not.toContain(run.path);
  expect(existsSync(run.path)).toBe(true);
  await run.end();
  expect(existsSync(run.path)).toBe(false);
});

test.concurrent('a program that only stands in the directory of a run outlives it', async ({ expect }) => {
  const run = await makeRunDirectory(engine);
  const visitor = spawn('sleep', ['60'], { cwd: run.path, detached: true });
  await run.end();
  await delay(50);
  expect(visitor.exitCode ?? visitor.signalCode).toBeNull();
  visitor.kill();
  expect(existsSync(run.path)).toBe(false);
});

test('an owner with the same number that started at another time is not the owner', () => {
  const record = describeOwner(process.pid);
  expect(isOwnerAlive(record)).toBe(true);
  const [pid, ticks, ...rest] = record.trim().split(' ');
  expect(isOwnerAlive([pid, Number(ticks) + 1, ...rest].join(' '))).toBe(false);
});

test('directories of runs lie in the temporary directory and are closed to others', async () => {
  const run = await makeRunDirectory(engine);
  expect(run.path.startsWith(join(tmpdir(), 'alloy-verify-'))).toBe(true);
  await run.end();
});

test('a temporary directory that takes no directory is refused in a sentence', async () => {
  vi.stubEnv('TMPDIR', '/proc');
  await expect(makeRunDirectory(engine)).rejects.toThrow(CannotRun);
  await expect(makeRunDirectory(engine)).rejects.toThrow('the temporary directory /proc takes no directory: ');
  vi.unstubAllEnvs();
});
