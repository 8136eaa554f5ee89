import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import type { CriterionVerdict, Verdict } from './verdict.ts';

const directory = mkdtempSync(join(tmpdir(), 'verdict-reporter-'));
afterAll(() => rmSync(directory, { recursive: true }));

const script = join(import.meta.dirname, 'testing', 'run-sample.ts');

function runSample(...args: readonly string[]): { stdout: string; verdict: Verdict } {
  const file = join(directory, 'verdict.json');
  rmSync(file, { force: true });
  const { stdout } = spawnSync(process.execPath, [script, file, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
  });
  return { stdout, verdict: JSON.parse(readFileSync(file, 'utf8')) };
}

const { stdout, verdict } = runSample();

function findCriterion(id: string, { phases }: Verdict = verdict): CriterionVerdict | undefined {
  return phases.flatMap(({ criteria }) => criteria).find((criterion) => criterion.id === id);
}

test('the verdict holds every criterion that the phase declares, in order', () => {
  expect(verdict.phases).toMatchObject([{ id: 'phase9', title: 'a sample', status: 'failed' }]);
  expect(verdict.phases[0]?.criteria.map(({ id, status }) => `${id} ${status}`)).toEqual([
    'P9.1 passed',
    'P9.2 failed',
    'P9.3 failed',
    'P9.4 failed',
    'P9.5 skipped',
    'P9.6 failed',
    'P9.7 failed',
    'P9.8 failed',
    'P9.9 passed',
    'P9.10 skipped',
    'P9.11 failed',
    'P9.12 passed',
    'P9.13 failed',
    'P9.14 failed',
    'P9.15 failed',
    'P9.16 failed',
    'P9.17 failed',
    'P9.18 failed',
    'P9.19 failed',
    'P9.20 passed',
  ]);
});

test.each([
  ['an assertion', 'P9.2', /^expected 1 to be 2/],
  ['a connection', 'P9.4', /connect|closed/i],
  ['the time limit', 'P9.7', /^Test timed out in 10000ms/],
])('a failure by %s has its evidence and its finding, both in words', (_, id, evidence) => {
  expect(findCriterion(id)).toMatchObject({
    evidence: [expect.stringMatching(evidence)],
    finding: { kind: 'source unreachable', source: 'redis', address: '127.0.0.1:1' },
    cause: 'Redis gives no answer at 127.0.0.1:1',
    fix: expect.stringContaining('Start Redis'),
  });
});

test('a failure by missing telemetry has what was expected, seen and nearest', () => {
  expect(findCriterion('P9.3')).toMatchObject({
    evidence: [
      expect.stringMatching(
        /^expected that redis_up\{job="integrations\/redis_exporter",instance="redis"\} is 1\n {2}last seen: http:.*\n {2}nearest: /,
      ),
    ],
    finding: { kind: 'no answer from Alloy' },
  });
});

test('facts, listed problems and reasons for skipping are kept', () => {
  expect(findCriterion('P9.1')).toMatchObject({ evidence: ['it holds'] });
  expect(findCriterion('P9.5')).toMatchObject({ cause: 'there is no reason to run it' });
  expect(findCriterion('P9.6')).toMatchObject({ evidence: [], cause: 'this is wrong', fix: 'correct it' });
  expect(findCriterion('P9.10')).toMatchObject({ cause: 'not selected for this run' });
});

test('a criterion that asserts nothing fails, and one that asserts passes without evidence', () => {
  expect(findCriterion('P9.11')).toMatchObject({
    cause: 'the criterion asserts nothing, so it proves nothing',
    fix: expect.stringContaining('note'),
  });
  expect(findCriterion('P9.12')).toMatchObject({ status: 'passed', evidence: [] });
});

test('a criterion that does not await its assertion fails', () => {
  expect(findCriterion('P9.14')).toMatchObject({
    cause: 'the criterion ends before its assertion does, so it proves nothing',
    fix: expect.stringContaining('Await'),
  });
});

test.each(['P9.15', 'P9.16', 'P9.17'])('%s, which expects something and calls no matcher, fails', (id) => {
  expect(findCriterion(id)).toMatchObject({
    cause: 'the criterion calls `expect(…)` without a matcher, which proves nothing',
    fix: expect.stringContaining('.toBe'),
  });
});

test('what is thrown without being an error is evidence in words', () => {
  expect(findCriterion('P9.13')).toMatchObject({ evidence: ['it threw undefined, which is not an error'] });
});

test('`alone` keeps the criteria before and after it from running at the same time, and others run side by side', () => {
  const { verdict } = runSample('side by side');
  expect(verdict.phases[0]?.criteria.map(({ id, evidence }) => [id, ...evidence])).toEqual([
    ['P8.1', 'P8.1 and P8.2 run'],
    ['P8.2', 'P8.1 and P8.2 run'],
    ['P8.3', 'P8.3 runs'],
    ['P8.4', 'P8.4 and P8.5 run'],
    ['P8.5', 'P8.4 and P8.5 run'],
  ]);
});

test('a spec that can’t be loaded is one error of the run, and no other failure', () => {
  const { verdict } = runSample('broken');
  expect(verdict.errors).toEqual([expect.stringMatching(/phase7-broken\.spec\.ts can't be loaded: no such table$/)]);
});

test('the verdict is there before telemetry of the run is sent, and then has what became of that', () => {
  expect(verdict.ownTelemetry).toEqual({ problem: 'after the verdict was written' });
  expect(stdout).toContain('metrics and trace are missing: after the verdict was written');
});

test('the summary is printed', () => {
  const lines = stripVTControlCharacters(stdout).split('\n');
  expect(lines).toContain('    cause: Redis gives no answer at 127.0.0.1:1');
  expect(lines.some((line) => line.startsWith('4 passed, 14 failed, 2 skipped in '))).toBe(true);
});

test('a part that a criterion took away is brought back once, and not blamed', () => {
  const commands = stdout.split('\n').filter((line) => line.startsWith('asked to '));
  expect(commands).toEqual([
    'asked to /takeAway/redis',
    'asked to /bringBack/redis',
    'asked to /takeAway/postgres',
    'asked to /bringBack/postgres',
  ]);
  expect(findCriterion('P9.8')).not.toHaveProperty('finding.source');
});

describe('on a stack that already runs', () => {
  test('a criterion whose part has no address is skipped, and the reason names the variable', () => {
    const [{ criteria = [] } = {}] = runSample('without redis').verdict.phases;
    const skipped = criteria.filter(({ id }) => id !== 'P9.10');
    expect(skipped).toHaveLength(19);
    for (const criterion of skipped) {
      const cause = 'this run has no address for it: REDIS_URL is not set';
      expect(criterion).toMatchObject({ status: 'skipped', evidence: [], cause });
    }
  });

  test('a criterion that takes a part away is skipped', () => {
    expect(findCriterion('P9.8', runSample('without control').verdict)).toMatchObject({
      status: 'skipped',
      cause: 'it takes away a part of the stack, and this run did not start the stack',
    });
  });
});
