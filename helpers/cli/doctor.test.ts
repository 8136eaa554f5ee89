import { afterAll, describe, expect, test } from 'vitest';
import { type EngineAnswer, startAnsweringEngine } from '../setup/testing/answering-engine.ts';
import { copyProject, runScript } from './testing/commands.ts';

/** A copy, so that neither a person's `.env` nor a warm stack decides what is chosen. */
const project = copyProject();
afterAll(() => project[Symbol.dispose]());
const doctor = (environment: Record<string, string>) => runScript('doctor.ts', [], environment, project.root);

describe('doctor', () => {
  test('ends with 0 if a run could start now', async () => {
    const { exit, stdout } = await doctor({ STACK: 'native', ALLOY: 'embedded' });
    expect(stdout).toMatch(/\n\W*STACK +native \(STACK=native\)\n/);
    expect(stdout).toMatch(/It could start now\.\n$/);
    expect(exit).toBe(0);
  });

  test('ends with 2 and the reason if no run is possible', async () => {
    const { exit, stdout } = await doctor({ STACK: 'containers', DOCKER_HOST: 'unix:///no/such.sock' });
    expect(stdout).toContain('This machine\n');
    expect(stdout).toContain(
      'Cannot run: STACK=containers, and no container engine answers at unix:///no/such.sock.\nFix: ',
    );
    expect(exit).toBe(2);
  });

  const present: EngineAnswer = { body: { Id: 'sha256:1', Config: {} } };
  const outOfReach: EngineAnswer = { status: 500, body: { message: 'dial tcp: lookup registry: no such host' } };
  test.each([
    [0, 'has every image', () => present, 'It could start now.'],
    [
      0,
      'may get a missing image from its registry',
      (path: string) => (path.startsWith('/distribution/') || path.includes('redis') ? undefined : present),
      'It could start now.',
    ],
    [
      2,
      'lacks an image whose registry is out of reach',
      (path: string) => {
        if (path.startsWith('/distribution/')) return outOfReach;
        return path.includes('redis') ? undefined : present;
      },
      'It could not start: image missing.',
    ],
  ])('ends with %i if the engine %s', async (expected, _, image, end) => {
    await using engine = await startAnsweringEngine((path) => (path.includes('/json') ? image(path) : undefined));
    const { exit, stdout } = await doctor({ STACK: 'containers', DOCKER_HOST: engine.address });
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(end);
    expect(exit).toBe(expected);
  });
});

describe('doctor -- cloud', () => {
  const cloud = (environment: Record<string, string>, ...args: string[]) =>
    runScript('doctor.ts', ['cloud', ...args], environment, project.root);

  test('ends with 2 where no variable is set', async () => {
    const { exit, stderr } = await cloud({});
    expect(stderr).toContain('Cannot run: no GRAFANA_CLOUD_* variable is set.\nFix: ');
    expect(exit).toBe(2);
  });

  test('ends with 1 and the cause and fix of what is wrong, without the token', async () => {
    const { exit, stdout } = await cloud({
      GRAFANA_CLOUD_API_KEY: 'glc_canary-4f1e',
      GRAFANA_CLOUD_OTLP_ENDPOINT: 'http://127.0.0.1:9/otlp',
    });
    expect(stdout).toContain('✗ OTLP gateway, traces:write');
    expect(stdout).toMatch(/cause: nothing listens at 127\.0\.0\.1:9\n +fix: +Correct GRAFANA_CLOUD_OTLP_ENDPOINT/);
    expect(stdout).not.toContain('canary');
    expect(exit).toBe(1);
  });

  test.each([
    ['no Authorization header found in it', 'the canary sings\n'],
    ['no Authorization header found in it', 'docker run -u 1000:1000 canary\n'],
    ['that is more than a header', `canary ${'\\'.repeat(20_000)}`],
    ['2 different logins are in it', 'curl -u 1:glc_canary x\ncurl -u 2:glc_canary x\n'],
  ])('refuses a paste without showing it: %s', async (reason, input) => {
    const { exit, stdout, stderr } = await runScript('doctor.ts', ['cloud', '--header'], {}, project.root, { input });
    expect(stderr).toContain(`Cannot run: ${reason}.\nFix: `);
    expect(stdout + stderr).not.toContain('canary');
    expect(exit).toBe(2);
  });

  test.each([['cloud', 'x'], ['x']])('refuses what it does not know: %j', async (...args) => {
    const { exit, stderr } = await runScript('doctor.ts', args, {}, project.root);
    expect(stderr).toContain('unknown argument x');
    expect(exit).toBe(2);
  });
});
