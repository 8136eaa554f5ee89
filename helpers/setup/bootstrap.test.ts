import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copyProject } from '../cli/testing/commands.ts';
import { startTicks } from './lock.mjs';

const root = join(import.meta.dirname, '../..');
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bootstrap-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function bootstrap(target: string, args: readonly string[] = [], environment: NodeJS.ProcessEnv = {}): ChildProcess {
  const path = join(directory, 'target.ts');
  writeFileSync(path, target);
  const script = join(root, 'helpers/setup/bootstrap.mjs');
  const { npm_lifecycle_event: _, ...inherited } = process.env;
  return spawn(process.execPath, [script, relative(root, path), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited, ...environment },
  });
}

async function outcome(child: ChildProcess): Promise<{ code: number; output: string; errors: string }> {
  let output = '';
  let errors = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, output, errors };
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no output to read');
  const [chunk] = await once(child.stdout, 'data');
  return String(chunk).trim();
}

test("the target runs with the packages' Node, its arguments, and its own exit code; nothing else is printed", async () => {
  const target =
    "const args: string[] = process.argv.slice(2); console.log(process.version, args.join(',')); process.exit(7);";
  expect(await outcome(bootstrap(target, ['phase2', '--bail']))).toEqual({
    code: 7,
    output: `${process.version} phase2,--bail\n`,
    errors: '',
  });
});

test("programs of the packages come first on the target's PATH", async () => {
  const { output } = await outcome(bootstrap("console.log(process.env.PATH?.split(':')[0]);"));
  expect(output.trim()).toBe(join(root, 'node_modules/.bin'));
});

test('a signal reaches the target, and what the target makes of it is the exit code', async () => {
  const child = bootstrap(
    "process.on('SIGTERM', () => process.exit(5)); setInterval(() => {}, 1000); console.log('up');",
  );
  await firstLine(child);
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([5, null]);
});

test('a target that a signal ends gives the exit code that a shell would', async () => {
  expect((await outcome(bootstrap("process.kill(process.pid, 'SIGKILL');"))).code).toBe(137);
});

test('the target ends when the bootstrap that started it is killed', async () => {
  const child = bootstrap('setInterval(() => {}, 1000); console.log(process.pid);');
  const target = Number(await firstLine(child));
  const started = startTicks(target);
  child.kill('SIGKILL');
  await expect.poll(() => startTicks(target), { timeout: 10_000 }).not.toBe(started);
});

test('--dotenv gives the target the variables of .env in the project, under the environment, or ends as commands do', async () => {
  using project = copyProject();
  writeFileSync(join(project.root, '.env'), 'ONE=of-env\nTWO=of-env\n');
  writeFileSync(join(project.root, 'target.ts'), 'console.log(process.env.ONE, process.env.TWO);');
  const run = (...options: string[]) =>
    outcome(
      spawn(process.execPath, [join(project.root, 'helpers/setup/bootstrap.mjs'), ...options, 'target.ts'], {
        cwd: directory,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, TWO: 'of-environment' },
      }),
    );
  expect(await run('--dotenv')).toMatchObject({ code: 0, output: 'of-env of-environment\n' });
  expect(await run()).toMatchObject({ code: 0, output: 'undefined of-environment\n' });

  rmSync(join(project.root, '.env'));
  expect(await run('--dotenv')).toEqual({ code: 0, output: 'undefined of-environment\n', errors: '' });
  mkdirSync(join(project.root, '.env'));
  expect(await run('--dotenv')).toMatchObject({
    code: 2,
    output: '',
    errors: expect.stringMatching(/^Cannot run: .*\.env can't be read: EISDIR.*\nFix: .*\n$/),
  });
});
