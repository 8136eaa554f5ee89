import type { EndedRun, Night } from '../night.ts';
import type { Criterion, VerdictFile } from '../verdict-file.ts';

/** A criterion of the sample verdict. */
export function criterion(id: string, status: Criterion['status'], rest: Partial<Criterion> = {}): Criterion {
  return { id, title: `title of ${id}`, status, ...rest };
}

/** A verdict on Grafana Cloud with these criteria, in one phase. */
export function verdictOf(...criteria: readonly Criterion[]): VerdictFile {
  const status = criteria.some((one) => one.status === 'failed') ? 'failed' : 'passed';
  return {
    schema: 1,
    durationMs: 93_400,
    stack: 'containers',
    alloy: { kind: 'container', version: 'v1.10.0' },
    backend: 'cloud',
    phases: [{ id: 'phase1', title: 'Alloy connection', status, durationMs: 4000, criteria: [...criteria] }],
  };
}

/** A run that has ended well with this verdict. */
export function endedRun(rest: Pick<EndedRun, 'verdict'> & Partial<EndedRun>): EndedRun {
  return { ...IDENTITY, outcome: 'success', output: 'the last line', leaks: [], ...rest };
}

/** A night that passed. */
export function sampleNight(rest: Partial<Night> = {}): Night {
  return {
    ...IDENTITY,
    status: 'passed',
    durationMs: 93_400,
    phases: [{ id: 'phase1', status: 'passed', passed: 2, total: 2 }],
    problems: [],
    ...rest,
  };
}

const IDENTITY = {
  runId: '900',
  attempt: 1,
  url: 'https://github.com/octokit-fixture-org/nightly/actions/runs/900',
  commit: 'e1ffb9e0000000000000000000000000000000ff',
  at: '2026-11-26T02:23:45.000Z',
};
