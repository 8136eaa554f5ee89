import type { Milliseconds } from '../otlp/ids.ts';
import type { SteadyCriterion, SteadyRun, Summary } from './summarize.ts';
import { hasPassed, summarize } from './summarize.ts';

/** A run in a line, and in lines after it what failed. */
export function describeRun(run: SteadyRun, runs: number): string[] {
  const { slowest, tightest, failures } = summarize([run]);
  const outcome = hasPassed(run) ? 'passed' : `FAILED (exit code ${run.exitCode ?? 'none'})`;
  return [
    [
      `run ${String(run.run).padStart(String(runs).length)} of ${runs}  ${outcome}  ${run.seconds.toFixed(1)} s`,
      ...(slowest === undefined ? [] : [describeSlowest(slowest)]),
      ...(tightest === undefined ? [] : [describeTightest(tightest)]),
    ].join('  '),
    ...failures.flatMap(({ failed, errors = [] }) => [
      ...failed.map(({ id, cause, evidence }) => `  ${id}: ${cause ?? evidence.at(-1) ?? 'no evidence'}`),
      ...errors.map((error) => `  ${error}`),
    ]),
  ];
}

/** All runs: how many passed, and what came closest to not passing. */
export function describeSummary({ runs, passed, passRate, slowest, tightest, criteria }: Summary): string[] {
  const failed = criteria.filter((criterion) => criterion.failed > 0);
  return [
    `${passed} of ${runs} passed (${(100 * passRate).toFixed(0)} %)`,
    ...(slowest === undefined ? [] : [describeSlowest(slowest)]),
    ...(tightest === undefined ? [] : [describeTightest(tightest)]),
    ...failed.map(
      (criterion) => `${criterion.id} failed in ${criterion.failed} of ${criterion.failed + criterion.passed} runs`,
    ),
  ];
}

function describeSlowest({ id, slowestMs }: SteadyCriterion): string {
  return `slowest ${id} ${seconds(slowestMs)}`;
}

function describeTightest({ id, smallestMarginMs = 0, deadlineMs = 0 }: SteadyCriterion): string {
  return `smallest margin ${id} ${seconds(smallestMarginMs)} of ${seconds(deadlineMs)}`;
}

function seconds(time: Milliseconds): string {
  return `${(time / 1000).toFixed(1)} s`;
}
