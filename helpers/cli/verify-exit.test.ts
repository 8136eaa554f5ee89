import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { copyProject, runScript } from './testing/commands.ts';

/** A copy, so that neither the project's `.env` nor its reports are touched. */
const project = copyProject();
afterAll(() => project[Symbol.dispose]());

const other = join(project.root, 'phases/phase11-sample.spec.ts');
const dotenv = join(project.root, '.env');
const spec = join(project.root, 'phases/phase10-sample.spec.ts');
const hook = join(project.root, 'helpers/expect/hook.ts');
afterEach(() => {
  for (const path of [dotenv, spec, other, hook]) rmSync(path, { force: true, recursive: true });
});

const NATIVE = { STACK: 'native', ALLOY: 'embedded' };
const verify = (args: readonly string[], environment: Record<string, string> = {}) =>
  runScript('verify.ts', args, { ...NATIVE, ...environment }, project.root);

const runVitest = (...args: readonly string[]) => {
  const script = join(project.root, 'node_modules/vitest/vitest.mjs');
  return spawnSync(process.execPath, [script, 'run', ...args], { cwd: project.root, encoding: 'utf8' });
};

describe('verify', () => {
  test('ends with 1 if a criterion fails: .env has a wrong ID', async () => {
    writeFileSync(dotenv, 'GRAFANA_CLOUD_OTLP_INSTANCE_ID=2847239\n');
    const { exit, stdout } = await verify(['phase1']);
    expect(stdout).toContain('✗ P1.1 ');
    expect(stdout).toContain('answers 401 Unauthorized to the instance ID 2847239');
    expect(stdout).toMatch(/5 passed, 6 failed in /);
    expect(exit).toBe(1);
  }, 60_000);

  test('ends with 0 if all criteria hold: the environment corrects the ID of .env', async () => {
    writeFileSync(dotenv, 'GRAFANA_CLOUD_OTLP_INSTANCE_ID=2847239\n');
    const { exit, stdout } = await verify(['P1.7'], { GRAFANA_CLOUD_OTLP_INSTANCE_ID: '1461503', API_IMAGE: 'own' });
    expect(stdout).toContain('\nNot used: API_IMAGE, because the stack is native.\n');
    expect(stdout).toMatch(/1 passed, 0 failed in /);
    expect(exit, stdout).toBe(0);
  }, 60_000);

  test('ends with 2 if the configuration needs a real Alloy, and says for what', async () => {
    const shipped = readFileSync(join(project.root, 'grafana-alloy/config.alloy'), 'utf8');
    const config = join(project.root, 'needs-real.alloy');
    onTestFinished(() => rmSync(config, { force: true }));
    writeFileSync(
      config,
      `otelcol.processor.memory_limiter "x" {\n\tcheck_interval = "1s"\n\tlimit = "50MiB"\n\toutput { }\n}\n\n${shipped}`,
    );
    const { exit, stderr } = await verify(['P1.7'], { ALLOY_CONFIG: config });
    expect(stderr).toMatch(
      /^Cannot run: this configuration needs a real Alloy: .*needs-real\.alloy:1:1: component "otelcol\.processor\.memory_limiter" is not implemented by the embedded Alloy\.\nFix: name one in ALLOY_BIN/m,
    );
    expect(exit).toBe(2);
  }, 60_000);

  const declare = (body: string, number = 10) =>
    `import { outage, phase, test } from '../helpers/expect/criterion.ts';
phase('Phase ${number}: a sample', { needs: [] }, () => {
  ${body}
});
`;

  const HOLDS = "test('P10.1 x', async ({ note }) => note('it holds'));";

  test('ends with 1 if a criterion that takes a part away fails', async () => {
    writeFileSync(spec, declare("outage('P10.1 x', () => Promise.reject(new Error('no')));"));
    const { exit, stdout, stderr } = await verify(['phase10']);
    expect(exit, stdout + stderr).toBe(1);
  });

  test.each([
    ['imports what is not there', "import './nowhere.ts';\n", 'nowhere.ts'],
    ['throws after it has declared its phase', "throw new Error('too late');\n", 'too late'],
  ])('ends with 2 if a spec %s, and verifies the others', async (_, broken, message) => {
    writeFileSync(spec, declare(HOLDS) + broken);
    writeFileSync(other, declare(HOLDS.replace('P10', 'P11'), 11));
    const { exit, stdout, stderr } = await verify(['phase10', 'P11.1']);
    expect(stdout).toMatch(/^✓ phase11 .* 1 of {2}1 passed/m);
    expect(stdout).toContain("– P10.1 x\n    skipped: its spec can't be loaded\n");
    expect(stdout).toMatch(new RegExp(`error: phases/phase10-sample.spec.ts can't be loaded: .*${message}`, 's'));
    expect(stdout).toMatch(/^1 passed, 0 failed, 1 skipped in /m);
    expect(exit, stdout + stderr).toBe(2);
  });

  test('ends with 2 if a spec throws while it declares its criteria, and verifies the others; npm test fails', async () => {
    writeFileSync(spec, declare(`${HOLDS} throw new Error('inside');`));
    const { exit, stdout, stderr } = await verify(['phase10', 'P1.1']);
    expect(stdout).toContain("– P10.1 x\n    skipped: its spec can't be loaded\n");
    expect(stdout.match(/error: .*/g)).toEqual(["error: phases/phase10-sample.spec.ts can't be loaded: inside"]);
    expect(stdout).toMatch(/^1 passed, 0 failed, 1 skipped in /m);
    expect(exit, stdout + stderr).toBe(2);
    const vitest = runVitest('--project', 'criteria', spec);
    expect(vitest.status, vitest.stdout).toBe(1);
    expect(vitest.stdout).toContain("error: phases/phase10-sample.spec.ts can't be loaded: inside\n");
  });

  test.each([
    ['under a condition', `if (Date.now() === 0) ${HOLDS}`],
    ['after it has returned', `if (Date.now() > 0) return; ${HOLDS}`],
  ])('ends with 2 if a spec has a criterion that it does not register: %s', async (_, body) => {
    writeFileSync(spec, declare(`${body} test('P10.2 y', async ({ note }) => note('it holds'));`));
    const { exit, stdout, stderr } = await verify(['P10.1', 'P1.1']);
    expect(stdout).toContain('– P10.1 x\n    skipped: its spec does not register it in this run\n');
    expect(stdout.match(/error: /g)).toHaveLength(1);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'error: phases/phase10-sample.spec.ts does not register P10.1 in this run: register it always, and call `skip` with the reason where it can’t be checked',
    );
    expect(stdout).toMatch(/^1 passed, 0 failed, 1 skipped in /m);
    expect(exit, stdout + stderr).toBe(2);
    const vitest = runVitest('--project', 'criteria', spec);
    expect(vitest.status, vitest.stdout).toBe(1);
    expect(vitest.stdout).toContain('error: phases/phase10-sample.spec.ts ');
  });

  test('says that a criterion was skipped without a reason', async () => {
    const unexplained = "test('P10.2 y', ({ skip }) => skip()); test('P10.3 z', ({ skip }) => skip(' '));";
    writeFileSync(spec, declare(`${HOLDS} ${unexplained}`));
    const { exit, stdout } = await verify(['phase10']);
    expect(stdout).toContain('– P10.2 y\n– P10.3 z\n    skipped: it called skip without a reason\n');
    expect(exit).toBe(0);
  });

  test('ends, with the code of its verdict, where nobody reads to the end what it prints', async () => {
    const child = spawn(process.execPath, ['helpers/setup/bootstrap.mjs', 'helpers/cli/verify.ts', 'phase3'], {
      cwd: project.root,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...NATIVE },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill());
    child.stdout.once('data', () => child.stdout.destroy());
    const [exit] = await once(child, 'exit');
    expect(exit).toBe(0);
  }, 50_000);

  test('ends with 2 if what surrounds the criteria of a spec fails before them, and says with what', async () => {
    writeFileSync(
      hook,
      `import { beforeAll } from 'vitest';\nexport const prepare = (f: () => void) => beforeAll(f);\n`,
    );
    const body = `prepare(() => { throw new Error('not ready'); }); ${HOLDS} outage('P10.2 y', ({ skip }) => skip('not here'));`;
    writeFileSync(spec, `import { prepare } from '../helpers/expect/hook.ts';\n${declare(body)}`);
    const { exit, stdout, stderr } = await verify(['phase10', 'P1.1']);
    expect(stdout).toContain('– P10.1 x\n– P10.2 y\n    skipped: its phase failed before it: not ready\n');
    expect(stdout.match(/error: .*/g)).toEqual([
      'error: Phase 10: a sample: not ready (phases/phase10-sample.spec.ts:4)',
    ]);
    expect(stdout).toMatch(/^1 passed, 0 failed, 2 skipped in /m);
    expect(exit, stdout + stderr).toBe(2);
  });

  test('a criterion that is not selected is told so, whatever fails after those that are', () => {
    writeFileSync(hook, `import { afterAll } from 'vitest';\nexport const tidy = (f: () => void) => afterAll(f);\n`);
    const body = `tidy(() => { throw new Error('untidy'); }); ${HOLDS} ${HOLDS.replace('P10.1', 'P10.2')}`;
    writeFileSync(spec, `import { tidy } from '../helpers/expect/hook.ts';\n${declare(body)}`);
    const { status, stdout } = runVitest('--project', 'criteria', spec, '-t', 'P10.1 ');
    expect(stdout).toContain('error: Phase 10: a sample: untidy');
    expect(status, stdout).toBe(1);
    const verdict = JSON.parse(readFileSync(join(project.root, 'reports/verdict.json'), 'utf8'));
    expect(verdict.phases[0].criteria).toMatchObject([
      { id: 'P10.1', status: 'passed' },
      { id: 'P10.2', status: 'skipped', cause: 'not selected for this run' },
    ]);
  });

  test('a test that fails and is no criterion is an error of the run', () => {
    writeFileSync(
      hook,
      `import { test } from 'vitest';\nexport const stray = () => test('P10.99 y', () => { throw new Error('lost'); });\n`,
    );
    writeFileSync(spec, `import { stray } from '../helpers/expect/hook.ts';\n${declare(`${HOLDS} stray();`)}`);
    const { status, stdout } = runVitest('--project', 'criteria', spec);
    expect(stdout).toContain('error: a test failed that is no criterion of a phase: P10.99 y\n');
    expect(status, stdout).toBe(1);
  });

  test('ends with 2 if something goes wrong outside of the criteria, which hold, and shows what', async () => {
    const late = `test('P10.1 x', async ({ note }) => {
    note('it holds');
    void Promise.reject(new Error('late'));
    await new Promise((resolve) => setTimeout(resolve, 50));
  });`;
    writeFileSync(spec, declare(late));
    const { exit, stdout, stderr } = await verify(['phase10']);
    expect(stdout).toMatch(/1 passed, 0 failed in /);
    expect(stdout).toContain('    error: late (phases/phase10-sample.spec.ts:5)\n');
    expect(exit, stdout + stderr).toBe(2);
    const verdict = JSON.parse(readFileSync(join(project.root, 'reports/verdict.json'), 'utf8'));
    expect(verdict.errors).toEqual(['late (phases/phase10-sample.spec.ts:5)']);
  });

  test('ends with 2 if a spec can’t be read, and so does npm test', async () => {
    writeFileSync(spec, 'phase(');
    const message = /^Cannot run: phases\/phase10-sample\.spec\.ts can't be read as a phase: .*\nFix: .*\n$/;
    const { exit, stderr } = await verify(['P1.1']);
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringMatching(message) });
    const vitest = runVitest('--project', 'unit', 'helpers/otlp/message.test.ts');
    expect({ exit: vitest.status, stderr: vitest.stderr }).toEqual({ exit: 2, stderr: expect.stringMatching(message) });
  });

  test('ends with 2 if .env can’t be read, and so does npm test', async () => {
    mkdirSync(dotenv);
    const message = `Cannot run: ${dotenv} can't be read: EISDIR: illegal operation on a directory, read\nFix: `;
    const { exit, stdout, stderr } = await verify(['P1.1']);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^${message}.*\n$`));
    for (const [name, file] of [
      ['unit', 'helpers/otlp/message.test.ts'],
      ['criteria', 'phases/phase1-alloy-connection.spec.ts'],
    ]) {
      const vitest = runVitest('--project', `${name}`, `${file}`);
      expect([name, vitest.status, vitest.stderr.startsWith(message)], vitest.stderr).toEqual([name, 2, true]);
    }
  });

  test('ends with 2 if every criterion is skipped: nothing was verified', async () => {
    writeFileSync(spec, declare("test('P10.1 x', async ({ skip }) => skip('not here'));"));
    const { exit, stdout, stderr } = await verify(['phase10']);
    expect(stdout).toContain('skipped: not here');
    expect(stderr).toContain('Nothing was verified: every criterion was skipped');
    expect(exit).toBe(2);
  });

  test('runs only the criteria that are named, and the verdict has no other', async () => {
    writeFileSync(
      spec,
      declare(
        "test('P10.1 x', async ({ note }) => note('it holds'));\n test('P10.11 y', async () => Promise.reject(new Error('no')));\n" +
          "outage('P10.2 z', async ({ note }) => note('it holds'));",
      ),
    );
    const { exit, stdout } = await verify(['P10.1', 'P10.2', 'P1.1']);
    expect(stdout).toMatch(/phase1 .*1 of +1 passed.*\n.*phase10 .*2 of +2 passed.*\n\n3 passed, 0 failed in /);
    const { phases } = JSON.parse(readFileSync(join(project.root, 'reports/verdict.json'), 'utf8'));
    expect(phases.map(({ criteria }: { criteria: { id: string }[] }) => criteria.map(({ id }) => id))).toEqual([
      ['P1.1'],
      ['P10.1', 'P10.2'],
    ]);
    expect(exit, stdout).toBe(0);
  });

  test('quotes an empty name', async () => {
    const { exit, stderr } = await verify(['']);
    expect(stderr).toMatch(/^Cannot run: no phase and no criterion is called ''\.\n/);
    expect(exit).toBe(2);
  });

  test('lists the phases by number: phase10 comes last', async () => {
    writeFileSync(spec, declare(HOLDS));
    const { exit, stderr } = await verify(['phase99']);
    expect(stderr).toMatch(
      /^Cannot run: no phase and no criterion is called phase99\.\nFix: name phases, phase1 to phase10, or criteria by/,
    );
    expect(exit).toBe(2);
  });
});
