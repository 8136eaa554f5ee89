import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CannotRun } from '../run/cannot-run.ts';
import { countStatuses, forgetVerdict, readExitCode, summarizeStatus, type Verdict, writeVerdict } from './verdict.ts';

const criterion = (status: 'passed' | 'failed' | 'skipped') => ({
  id: 'P1.1',
  title: 't',
  status,
  durationMs: 0,
  evidence: [],
});
const verdict: Verdict = {
  schema: 1,
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 1,
  stack: 'native',
  alloy: { kind: 'embedded', version: '0.1.0' },
  backend: 'mock',
  timings: {},
  phases: [
    { id: 'phase1', title: 'x', status: 'failed', durationMs: 1, criteria: [criterion('passed'), criterion('failed')] },
    {
      id: 'phase2',
      title: 'y',
      status: 'passed',
      durationMs: 1,
      criteria: [criterion('passed'), criterion('skipped')],
    },
  ],
};

test('a verdict is written to a new directory, and removed', () => {
  const directory = mkdtempSync(join(tmpdir(), 'verdict-'));
  try {
    const file = join(directory, 'reports', 'verdict.json');
    writeVerdict(verdict, file);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(verdict);
    expect(readdirSync(join(directory, 'reports'))).toEqual(['verdict.json']);
    forgetVerdict(file);
    expect(existsSync(file)).toBe(false);
    expect(() => forgetVerdict(file)).not.toThrow();
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a verdict that cannot be written is a refusal with its fix', () => {
  const inTheWay = join(import.meta.dirname, 'verdict.ts');
  expect(() => forgetVerdict(join(inTheWay, 'verdict.json'))).toThrow(CannotRun);
  expect(() => forgetVerdict(join(inTheWay, 'verdict.json'))).toThrow(/^the verdict can't be written: E/);
});

test.each([
  ['a criterion that fails', ['passed', 'failed'], undefined, 1],
  ['a criterion that fails, and an error outside of it', ['failed'], ['late'], 1],
  ['no criterion that fails', ['passed', 'skipped'], undefined, 0],
  ['an error outside of criteria that hold', ['passed'], ['late'], 2],
  ['nothing that could be checked', ['skipped'], undefined, 2],
  ['no criterion at all', [], undefined, 2],
] as const)('with %s, a run ends with its exit code', (_, statuses, errors, code) => {
  const [phase] = verdict.phases;
  if (phase === undefined) throw new TypeError('the sample has a phase');
  const phases = [{ ...phase, criteria: statuses.map(criterion) }];
  expect(readExitCode({ ...verdict, phases, ...(errors && { errors }) })).toBe(code);
});

test('criteria are counted by status over all phases', () => {
  expect(countStatuses(verdict)).toEqual({ passed: 2, failed: 1, skipped: 1 });
});

test.each([
  [['passed', 'failed', 'skipped'], 'failed'],
  [['passed', 'skipped'], 'passed'],
  [['skipped', 'skipped'], 'skipped'],
] as const)('a phase with %j has %s', (statuses, status) => {
  expect(summarizeStatus(statuses.map(criterion))).toBe(status);
});
