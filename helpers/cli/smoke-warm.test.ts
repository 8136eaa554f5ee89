import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyProject, runScript } from './testing/commands.ts';

/** A checkout of its own, with a warm stack of its own. */
const project = copyProject();
const directory = mkdtempSync(join(tmpdir(), 'smoke-warm-'));
chmodSync(directory, 0o755);
const run = async (script: string, environment: Record<string, string> = {}, ...args: string[]) =>
  await runScript(
    script,
    args,
    { STACK: 'native', ALLOY: 'embedded', TMPDIR: directory, ...environment },
    project.root,
  );

test('a smoke check without ALLOY_URL and without a warm stack says how to have either', async () => {
  const { exit, stderr } = await run('smoke.ts', { ALLOY: '' });
  expect(stderr).toContain('has left no stack running in this checkout.\nFix: set ALLOY_URL, such as');
  expect(exit).toBe(2);
});

test('a smoke check of an external stack demands its ALLOY_URL', async () => {
  const { exit, stderr, stdout } = await run('smoke.ts', { STACK: 'external' }, '--json');
  expect(stderr).toBe(
    'Cannot run: STACK=external needs an Alloy.\nFix: set ALLOY_URL, such as http://127.0.0.1:12345.\n',
  );
  expect([exit, stdout]).toEqual([2, '']);
});

describe('a smoke check after stack:up', () => {
  let announced: string;
  beforeAll(async () => {
    announced = (await run('stack-up.ts')).stdout;
  }, 60_000);
  afterAll(async () => {
    await run('stack-down.ts');
    project[Symbol.dispose]();
    rmSync(directory, { recursive: true });
  }, 60_000);

  test('finds the warm stack by itself, says so, and ends with 0', async () => {
    const [, alloy] =
      /^Alloy: (http:\S+), OTLP\/gRPC \S+:\d+, OTLP\/HTTP http:\S+:\d+\nAPI: http:/m.exec(announced) ?? [];
    const { exit, stdout } = await run('smoke.ts');
    expect(stdout).toMatch(
      new RegExp(`^stack: native \\(warm\\) .*\n.* the stack of \`npm run stack:up\`, with Alloy at ${alloy}\n`),
    );
    expect(stdout).toMatch(/\n\d\d passed, 0 failed, \d+ not checked in /);
    expect(exit).toBe(0);
  }, 60_000);

  const nowhere = 'http://127.0.0.1:1';
  test.each([
    [{ GRAFANA_CLOUD_OTLP_INSTANCE_ID: '2847239' }, 'GRAFANA_CLOUD_OTLP_INSTANCE_ID'],
    [{ BACKEND: 'cloud' }, 'BACKEND'],
    [{ STACK: 'containers' }, 'STACK'],
    [{ ALLOY: 'binary' }, 'ALLOY'],
    [{ ALLOY_CONFIG: 'docker-compose.test.yml' }, 'ALLOY_CONFIG'],
    [{ API_URL: nowhere, DATABASE_URL: 'postgresql://u:p@127.0.0.1:1/x' }, 'DATABASE_URL, API_URL'],
    [
      { BACKEND: 'lgtm', TEMPO_URL: nowhere, PROMETHEUS_URL: nowhere, LOKI_URL: nowhere },
      'BACKEND, TEMPO_URL, PROMETHEUS_URL, LOKI_URL',
    ],
  ])('does not pass for a stack that it is not: %j', async (environment, names) => {
    const { exit, stderr } = await run('smoke.ts', environment);
    expect(stderr).toContain(`the warm stack was started with another ${names}.`);
    expect(exit).toBe(2);
  });

  test('is not the stack of STACK=external, which needs an ALLOY_URL', async () => {
    const { exit, stderr } = await run('smoke.ts', { STACK: 'external', ALLOY: '' });
    expect(stderr).toContain('STACK=external needs an Alloy.\nFix: set ALLOY_URL,');
    expect(exit).toBe(2);
  });

  test('says what it does not use', async () => {
    const { exit, stdout } = await run('smoke.ts', { API_IMAGE: 'api:1' });
    expect(stdout).toContain('\nNot used: API_IMAGE, because the stack is native.\n');
    expect(exit).toBe(0);
  }, 60_000);
});
