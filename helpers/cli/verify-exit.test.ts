import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { copyProject, runScript } from './testing/commands.ts';

/** A copy, so that neither the project's `.env` nor its reports are touched. */
const project = copyProject();
afterAll(() => project[Symbol.dispose]());

const dotenv = join(project.root, '.env');
const spec = join(project.root, 'phases/phase10-sample.spec.ts');
afterEach(() => {
  rmSync(dotenv, { force: true });
  rmSync(spec, { force: true });
});

const NATIVE = { STACK: 'native', ALLOY: 'embedded' };
const verify = (args: readonly string[], environment: Record<string, string> = {}) =>
  runScript('verify.ts', args, { ...NATIVE, ...environment }, project.root);

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
    const { exit, stdout } = await verify(['phase1'], { GRAFANA_CLOUD_OTLP_INSTANCE_ID: '1461503' });
    expect(stdout).toMatch(/11 passed, 0 failed in /);
    expect(exit, stdout).toBe(0);
  }, 60_000);

  const declare = (body: string) =>
    `import { outage, phase, test } from '../helpers/expect/criterion.ts';
phase('Phase 10: a sample', { needs: [] }, () => {
  ${body}
});
`;

  test.each([
    ['a criterion that takes a part away fails', declare("outage('P10.1 x', () => Promise.reject(new Error('no')));")],
    [
      'a spec can’t be loaded',
      `${declare("test('P10.1 x', async ({ note }) => note('x'));")}throw new Error('no');
`,
    ],
    [
      'an error belongs to no criterion',
      declare("test('P10.1 x', async ({ note }) => { note('x'); void Promise.reject(new Error('no')); });"),
    ],
  ])('ends with 1 if %s', async (_, source) => {
    writeFileSync(spec, source);
    const { exit, stdout, stderr } = await verify(['phase10']);
    expect(exit, stdout + stderr).toBe(1);
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
        "test('P10.1 x', async ({ note }) => note('x'));\n test('P10.11 y', async () => Promise.reject(new Error('no')));\n" +
          "outage('P10.2 z', async ({ note }) => note('z'));",
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

  test('lists the phases by number: phase10 comes last', async () => {
    writeFileSync(spec, declare(''));
    const { exit, stderr } = await verify(['phase99']);
    expect(stderr).toMatch(
      /^Cannot run: no phase and no criterion is called phase99\.\nFix: name phases, phase1 to phase10, or criteria by/,
    );
    expect(exit).toBe(2);
  });
});
