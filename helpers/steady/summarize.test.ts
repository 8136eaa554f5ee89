import { expect, test } from 'vitest';
import type { CriterionVerdict, Verdict } from '../report/verdict.ts';
import { describeRun, describeSummary } from './describe.ts';
import { type SteadyRun, summarize } from './summarize.ts';

const criterion = (changes: Partial<CriterionVerdict>): CriterionVerdict => ({
  id: 'P1.1',
  title: 'x',
  status: 'passed',
  durationMs: 100,
  evidence: [],
  ...changes,
});

function run(number: number, exitCode: number, criteria: CriterionVerdict[]): SteadyRun {
  const phase = { id: 'phase1', title: 'x', status: 'passed', durationMs: 1, criteria } as const;
  const verdict: Verdict = {
    schema: 1,
    startedAt: '',
    durationMs: 1,
    stack: 'native',
    alloy: { kind: 'embedded', version: '1' },
    backend: 'mock',
    timings: {},
    phases: [phase],
  };
  return { run: number, exitCode, seconds: 12, verdict };
}

const runs = [
  run(1, 0, [
    criterion({ durationMs: 300, longestWait: { waitedMs: 200, deadlineMs: 10_400 } }),
    criterion({ id: 'P1.2', durationMs: 900 }),
    criterion({ id: 'P1.3', status: 'skipped' }),
  ]),
  run(2, 1, [
    criterion({ durationMs: 500, longestWait: { waitedMs: 9400, deadlineMs: 10_400 } }),
    criterion({ id: 'P1.2', status: 'failed', durationMs: 700, cause: 'the cause' }),
  ]),
];

test('each criterion has its slowest time, and its smallest margin where it waits', () => {
  const { passed, passRate, criteria, slowest, tightest, failures } = summarize(runs);
  expect({ passed, passRate }).toEqual({ passed: 1, passRate: 0.5 });
  expect(criteria).toEqual([
    { id: 'P1.1', passed: 2, failed: 0, medianMs: 300, slowestMs: 500, smallestMarginMs: 1000, deadlineMs: 10_400 },
    { id: 'P1.2', passed: 1, failed: 1, medianMs: 700, slowestMs: 900 },
  ]);
  expect([slowest?.id, tightest?.id]).toEqual(['P1.2', 'P1.1']);
  expect(failures).toEqual([{ run: 2, exitCode: 1, failed: [{ id: 'P1.2', cause: 'the cause', evidence: [] }] }]);
});

test('a run without a verdict has not passed', () => {
  const lost = { run: 3, exitCode: 2, seconds: 1 };
  expect(summarize([lost])).toEqual({
    runs: 1,
    passed: 0,
    passRate: 0,
    criteria: [],
    failures: [{ run: 3, exitCode: 2, failed: [] }],
  });
  expect(describeRun(lost, 10)).toEqual(['run  3 of 10  FAILED (exit code 2)  1.0 s']);
});

test('a run and all runs are told in lines', () => {
  expect(describeRun(runs[1] as SteadyRun, 2)).toEqual([
    'run 2 of 2  FAILED (exit code 1)  12.0 s  slowest P1.2 0.7 s  smallest margin P1.1 1.0 s of 10.4 s',
    '  P1.2: the cause',
  ]);
  expect(describeSummary(summarize(runs))).toEqual([
    '1 of 2 passed (50 %)',
    'slowest P1.2 0.9 s',
    'smallest margin P1.1 1.0 s of 10.4 s',
    'P1.2 failed in 1 of 2 runs',
  ]);
});
