import type { Milliseconds } from '../otlp/ids.ts';
import type { CriterionVerdict, Verdict } from '../report/verdict.ts';

/** One run of the suite: its verdict, or why it has none. */
export type SteadyRun = {
  /** Counted from 1. */
  readonly run: number;
  readonly exitCode: number | null;
  readonly seconds: number;
  readonly verdict?: Verdict;
};

/** What all runs have in common about a criterion. */
export type SteadyCriterion = {
  readonly id: string;
  readonly passed: number;
  readonly failed: number;
  readonly medianMs: Milliseconds;
  readonly slowestMs: Milliseconds;
  /** What was left to its deadline where least was; absent where it waits for nothing. */
  readonly smallestMarginMs?: Milliseconds;
  /** That deadline. */
  readonly deadlineMs?: Milliseconds;
};

/** What was found over all runs. */
export type Summary = {
  readonly runs: number;
  readonly passed: number;
  /** From 0 to 1. */
  readonly passRate: number;
  readonly slowest?: SteadyCriterion;
  readonly tightest?: SteadyCriterion;
  readonly criteria: readonly SteadyCriterion[];
  /** The runs that did not pass, with the criteria that failed in them. */
  readonly failures: readonly {
    readonly run: number;
    readonly exitCode: number | null;
    readonly failed: readonly Pick<CriterionVerdict, 'id' | 'cause' | 'evidence'>[];
    readonly errors?: readonly string[];
  }[];
};

/** Whether all criteria of a run hold that could be checked. */
export function hasPassed({ exitCode, verdict }: SteadyRun): boolean {
  return exitCode === 0 && verdict !== undefined;
}

/** Sums up the runs. */
export function summarize(runs: readonly SteadyRun[]): Summary {
  const passed = runs.filter(hasPassed).length;
  const found = Map.groupBy(
    runs.flatMap(({ verdict }) => (verdict === undefined ? [] : listRan(verdict))),
    ({ id }) => id,
  );
  const criteria = [...found].map(([id, verdicts]) => summarizeCriterion(id, verdicts));
  const slowest = criteria.toSorted((a, b) => b.slowestMs - a.slowestMs)[0];
  const tightest = criteria
    .filter(({ smallestMarginMs }) => smallestMarginMs !== undefined)
    .toSorted((a, b) => (a.smallestMarginMs ?? 0) - (b.smallestMarginMs ?? 0))[0];
  return {
    runs: runs.length,
    passed,
    passRate: runs.length === 0 ? 0 : passed / runs.length,
    ...(slowest && { slowest }),
    ...(tightest && { tightest }),
    criteria,
    failures: runs
      .filter((one) => !hasPassed(one))
      .map(({ run, exitCode, verdict }) => ({
        run,
        exitCode,
        failed: (verdict === undefined ? [] : listRan(verdict))
          .filter(({ status }) => status === 'failed')
          .map(({ id, cause, evidence }) => ({ id, ...(cause !== undefined && { cause }), evidence })),
        ...(verdict?.errors && { errors: verdict.errors }),
      })),
  };
}

function listRan({ phases }: Verdict): CriterionVerdict[] {
  return phases.flatMap(({ criteria }) => criteria).filter(({ status }) => status !== 'skipped');
}

function summarizeCriterion(id: string, verdicts: readonly CriterionVerdict[]): SteadyCriterion {
  const durations = verdicts.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  const waits = verdicts.flatMap(({ longestWait }) => (longestWait === undefined ? [] : [longestWait]));
  const [tightest] = waits.toSorted((a, b) => a.deadlineMs - a.waitedMs - (b.deadlineMs - b.waitedMs));
  return {
    id,
    passed: verdicts.filter(({ status }) => status === 'passed').length,
    failed: verdicts.filter(({ status }) => status === 'failed').length,
    medianMs: durations[Math.floor((durations.length - 1) / 2)] ?? 0,
    slowestMs: durations.at(-1) ?? 0,
    ...(tightest && {
      smallestMarginMs: tightest.deadlineMs - tightest.waitedMs,
      deadlineMs: tightest.deadlineMs,
    }),
  };
}
