import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Finding } from '../findings/finding.ts';
import type { Milliseconds, TraceId } from '../otlp/ids.ts';
import { CannotRun } from '../run/cannot-run.ts';
import type { Run, SentCounts } from '../run/run.ts';
import { ROOT } from '../settings/settings.ts';

/** A skipped criterion always has the reason as its `cause`. */
export type Status = 'passed' | 'failed' | 'skipped';

/**
 * The verdict on one criterion: what was seen, why it failed or was skipped, and what to do about it. A failed one whose cause
 * is not known has its evidence only. `finding` is the cause as data, if the diagnosis found it.
 */
export type CriterionVerdict = {
  readonly id: string;
  readonly title: string;
  readonly status: Status;
  readonly durationMs: Milliseconds;
  readonly evidence: readonly string[];
  readonly cause?: string;
  readonly fix?: string;
  readonly finding?: Finding;
  /** Of the questions that it waited for, the one that came closest to its deadline; absent if it waited for none. */
  readonly longestWait?: { readonly waitedMs: Milliseconds; readonly deadlineMs: Milliseconds };
  /** Where Grafana's Explore makes the query that failed it, if a Grafana is known. */
  readonly explore?: string;
};

/** A phase passes if no criterion failed and at least one passed. */
export type PhaseVerdict = {
  readonly id: string;
  readonly title: string;
  readonly status: Status;
  readonly durationMs: Milliseconds;
  readonly criteria: readonly CriterionVerdict[];
};

/** The file that other tools read: `reports/verdict.json`. `schema` rises if a field changes its meaning. */
export type Verdict = {
  readonly schema: 1;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: Milliseconds;
  readonly stack: Run['stack'];
  readonly alloy: Pick<Run['alloy'], 'kind' | 'version'>;
  readonly backend: Run['backend'];
  /** The published images that stand-ins replaced. */
  readonly standIns?: readonly string[];
  /** Milliseconds that each part of the stack took to start; `criteria` is the time of all criteria. */
  readonly timings: Readonly<Record<string, Milliseconds>>;
  /** What the run has sent to the backend; absent where Alloy no longer answered. */
  readonly sent?: SentCounts;
  /** The run's own metrics and trace, where it sends them; see {@link OwnTelemetry}. */
  readonly ownTelemetry?: OwnTelemetry;
  readonly phases: readonly PhaseVerdict[];
  /**
   * What went wrong outside of all criteria: a spec that can't be loaded, a rejection that nobody handles. Whether all criteria
   * hold can't be told then.
   */
  readonly errors?: readonly string[];
};

/** The trace of the run itself, which holds its phases and criteria, or why that and the run's metrics could not be sent. */
export type OwnTelemetry = { readonly traceId: TraceId } | { readonly problem: string };

/** The verdict of the last run. */
export const VERDICT_FILE: string = join(ROOT, 'reports', 'verdict.json');

/**
 * Removes the verdict of an earlier run, so that it can't be mistaken for this one's. Throws `CannotRun` if no verdict can be
 * written there either.
 */
export function forgetVerdict(file: string = VERDICT_FILE): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    rmSync(file, { force: true });
  } catch (error) {
    const problem = error instanceof Error ? error.message : error;
    throw new CannotRun(`the verdict can't be written: ${problem}`, `make ${dirname(file)} a directory of yours.`);
  }
}

/** Writes the verdict completely or not at all. */
export function writeVerdict(verdict: Verdict, file: string = VERDICT_FILE): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(verdict, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** The number of criteria with each status. */
export function countStatuses(verdict: Verdict): Record<Status, number> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { status } of verdict.phases.flatMap(({ criteria }) => criteria)) counts[status]++;
  return counts;
}

/**
 * The exit code of a run: 1 if a criterion failed, and 0 if all that could be checked hold. 2 if that can't be told, because
 * something went wrong outside of the criteria or every one of them was skipped.
 */
export function readExitCode(verdict: Verdict): 0 | 1 | 2 {
  const { passed, failed } = countStatuses(verdict);
  if (failed > 0) return 1;
  return verdict.errors === undefined && passed > 0 ? 0 : 2;
}

/** The status of a phase that has these criteria. */
export function summarizeStatus(criteria: readonly CriterionVerdict[]): Status {
  if (criteria.some(({ status }) => status === 'failed')) return 'failed';
  return criteria.some(({ status }) => status === 'passed') ? 'passed' : 'skipped';
}
