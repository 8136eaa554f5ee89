import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** A temporary directory of its own, so that neither a person's warm stack is used nor theirs is ended. */
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'warm-'));
  chmodSync(directory, 0o755);
});
afterAll(async () => {
  await readOutput('../../cli/stack-down.ts');
  rmSync(directory, { recursive: true });
});

function start(script: string, ...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Whatever this machine has, it is the stack that use-warm.ts looks for.
    env: { ...process.env, STACK: 'native', ALLOY: 'embedded', TMPDIR: directory },
  });
}

async function readOutput(script: string): Promise<string> {
  const child = start(script);
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  await once(child, 'close');
  return output.trim();
}

async function killInOutage(): Promise<void> {
  const user = start('../testing/use-warm.ts', 'outage');
  if (user.stdout === null) throw new Error('no output to read');
  const [line] = await once(user.stdout, 'data');
  expect(String(line).trim()).toBe('away');
  expect(await readOutput('../testing/use-warm.ts')).toBe('another run uses it');
  user.kill('SIGKILL');
}

test('a warm stack is for one run at a time, whole again after a killed one, and gone after stack:down', async () => {
  expect(await readOutput('../../cli/stack-up.ts')).toContain('Ready after');
  await killInOutage();
  await expect.poll(() => readOutput('../testing/use-warm.ts'), { timeout: 20_000 }).toBe('found');
  expect(await readOutput('../../cli/stack-down.ts')).toBe('The warm stack has ended.');
  expect(readdirSync(directory)).toEqual([]);
}, 120_000);
