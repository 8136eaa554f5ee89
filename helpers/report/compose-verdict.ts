import { relative } from 'node:path';
import type { Evidence } from '../findings/evidence.ts';
import { describeEvidence } from '../findings/evidence-sentences.ts';
import type { Finding } from '../findings/finding.ts';
import { describeFinding } from '../findings/finding-sentences.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { DeclaredCriterion, DeclaredPhase } from '../run/phases.ts';
import { redact } from '../run/redact.ts';
import type { Run, SentCounts } from '../run/run.ts';
import { ROOT } from '../settings/settings.ts';
import { type CriterionVerdict, type PhaseVerdict, summarizeStatus, type Verdict } from './verdict.ts';

/** A test that has ended: its state, and what the criterion recorded in its task. */
export type FinishedTest = {
  /** `P2.1` */
  readonly id: string;
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
  /** Why it was skipped. */
  readonly note?: string;
  readonly evidence: readonly Evidence[];
  readonly finding?: Finding;
  /** What vitest says of a failure that it found itself. */
  readonly error?: string;
  /** In milliseconds since the epoch. */
  readonly startTime: Milliseconds;
  readonly duration: Milliseconds;
};

/** A run that has ended. */
export type FinishedRun = {
  readonly run: Run;
  readonly phases: readonly DeclaredPhase[];
  readonly tests: readonly FinishedTest[];
  /** The IDs of the criteria that their specs should have registered, and did not. */
  readonly unregistered: readonly string[];
  /** Why specs could not be loaded, by their files. */
  readonly loadErrors: ReadonlyMap<string, string>;
  /** What else went wrong outside of all criteria. */
  readonly otherErrors: readonly string[];
  readonly isInterrupted: boolean;
  /** What Alloy had sent at the end, where it still answered. */
  readonly sent?: SentCounts;
};

/** The verdict of a run: every criterion that its phases declare, whether it ran or not. */
export function composeVerdict(finished: FinishedRun): Verdict {
  const { run, phases, tests, loadErrors, otherErrors } = finished;
  const errors = [
    ...[...loadErrors].map(([file, message]) => `${relative(ROOT, file)} can't be loaded: ${message}`),
    ...phases.flatMap((phase) => describeUnregistered(phase, finished)),
    ...phases.flatMap((phase) => describeRepeated(phase, tests)),
    ...new Set(otherErrors),
  ].map((error) => redact(error, run));
  return {
    schema: 1,
    startedAt: new Date(run.startedAt).toISOString(),
    durationMs: Date.now() - run.startedAt,
    stack: run.stack,
    alloy: { kind: run.alloy.kind, version: run.alloy.version },
    backend: run.backend,
    ...(run.standIns !== undefined && { standIns: run.standIns }),
    timings: { ...run.timings, criteria: measure(tests) },
    ...(finished.sent !== undefined && { sent: finished.sent }),
    phases: phases.map((phase) => composePhase(phase, finished)),
    ...(errors.length > 0 && { errors }),
  };
}

/** What a spec lacks; nothing of one that is not loaded is registered. */
function describeUnregistered({ file, criteria }: DeclaredPhase, { loadErrors, unregistered }: FinishedRun): string[] {
  const ids = criteria.map(({ id }) => id).filter((id) => unregistered.includes(id));
  if (ids.length === 0 || loadErrors.size > 0) return [];
  const advice = 'register it always, and call `skip` with the reason where it can’t be checked';
  return [`${relative(ROOT, file)} does not register ${ids.join(', ')} in this run: ${advice}`];
}

/** Which criteria a spec registers more than once: their tests share an ID, and only one of them can be the criterion. */
function describeRepeated({ file, criteria }: DeclaredPhase, tests: readonly FinishedTest[]): string[] {
  const repeated = criteria.filter(({ id }) => tests.filter((test) => test.id === id).length > 1);
  if (repeated.length === 0) return [];
  const ids = repeated.map(({ id }) => id).join(', ');
  return [`${relative(ROOT, file)} registers ${ids} more than once: declare each criterion with an ID of its own`];
}

function composePhase({ id, title, file, criteria: declared }: DeclaredPhase, finished: FinishedRun): PhaseVerdict {
  // Of tests with one ID, one that failed counts.
  const inOrder = [...finished.tests].sort((a, b) => Number(a.state === 'failed') - Number(b.state === 'failed'));
  const tests = new Map(inOrder.map((test) => [test.id, test]));
  const ran = declared.map((criterion) => tests.get(criterion.id)).filter((test) => test !== undefined);
  const criteria = declared.map((criterion) => composeCriterion(criterion, tests.get(criterion.id), file, finished));
  return {
    id,
    title,
    status: summarizeStatus(criteria),
    durationMs: measure(ran),
    criteria,
  };
}

/** The time from the start of the first test to the end of the last. */
function measure(tests: readonly FinishedTest[]): Milliseconds {
  const ran = tests.filter(({ startTime }) => startTime > 0);
  if (ran.length === 0) return 0;
  const from = Math.min(...ran.map(({ startTime }) => startTime));
  return Math.round(Math.max(...ran.map(({ startTime, duration }) => startTime + duration)) - from);
}

function composeCriterion(
  { id, title }: DeclaredCriterion,
  test: FinishedTest | undefined,
  file: string,
  { loadErrors, unregistered, isInterrupted }: FinishedRun,
): CriterionVerdict {
  const { evidence = [], finding, note } = test ?? {};
  const head = {
    id,
    title,
    durationMs: Math.round(test?.duration ?? 0),
    evidence: evidence.map(describeEvidence),
    ...readLongestWait(evidence),
  };
  const skipped = (cause: string) => ({ ...head, status: 'skipped', cause }) as const;
  // Of a spec that can't be loaded to its end, nothing that it has registered until then proves anything.
  if (loadErrors.has(file)) return skipped("its spec can't be loaded");
  switch (test?.state) {
    case 'passed':
      return { ...head, status: 'passed' };
    case 'skipped':
      return skipped(note ?? NOT_SELECTED);
    case 'failed':
      if (finding !== undefined)
        return { ...head, status: 'failed', ...describeFinding(finding), finding, ...readExplore(evidence) };
      return {
        ...head,
        status: 'failed',
        ...readExplore(evidence),
        ...(evidence.length === 0 && { cause: test.error ?? 'it failed with no error message' }),
      };
    default:
      if (isInterrupted) return skipped('the run was interrupted before it');
      if (loadErrors.size > 0) return skipped("it did not run, because another spec can't be loaded");
      if (test !== undefined) return { ...head, status: 'failed', cause: 'it did not run to its end' };
      return skipped(unregistered.includes(id) ? 'its spec does not register it in this run' : NOT_SELECTED);
  }
}

const NOT_SELECTED = 'not selected for this run';

/** Whether all criteria were judged, and none failed; those that a stack or backend can't have are skipped. */
export function hasAllPassed({ phases, errors }: Verdict): boolean {
  const criteria = phases.flatMap((phase) => phase.criteria);
  const isWell = criteria.every(({ status, cause }) => status !== 'failed' && cause !== NOT_SELECTED);
  return errors === undefined && isWell && criteria.some(({ status }) => status === 'passed');
}

function readLongestWait(evidence: readonly Evidence[]): Pick<CriterionVerdict, 'longestWait'> {
  const waits = evidence.flatMap((one) =>
    one.kind === 'observation' && one.deadlineMs !== undefined
      ? [{ waitedMs: one.elapsedMs, deadlineMs: one.deadlineMs }]
      : [],
  );
  const [longest] = waits.sort((a, b) => a.deadlineMs - a.waitedMs - (b.deadlineMs - b.waitedMs));
  return longest === undefined ? {} : { longestWait: longest };
}

/** The link to the query that failed a criterion. */
function readExplore(evidence: readonly Evidence[]): Pick<CriterionVerdict, 'explore'> {
  const last = evidence.at(-1);
  return last?.kind === 'observation' && last.explore !== undefined ? { explore: last.explore } : {};
}
