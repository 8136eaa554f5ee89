import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { startStress } from './stress.ts';

const isAlive = (pid: number) => existsSync(`/proc/${pid}`);

test('stress keeps each core, memory and the disk busy, and ends when it is disposed of', async () => {
  const stress = await startStress(1);
  expect(stress.workers).toEqual(['cpu', 'memory', 'disk']);
  expect(stress.pids.map(isAlive)).toEqual([true, true, true]);
  await stress[Symbol.asyncDispose]();
  expect(stress.pids.map(isAlive)).toEqual([false, false, false]);
});

test('stress ends with whoever started it, even if that is killed', async () => {
  const script = `import { startStress } from ${JSON.stringify(import.meta.resolve('./stress.ts'))};
    console.log(JSON.stringify((await startStress(1)).pids));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  const pids: number[] = JSON.parse(String(line));
  expect(pids.map(isAlive)).toEqual([true, true, true]);
  child.kill('SIGKILL');
  await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false, false]), { timeout: 10_000 });
});
