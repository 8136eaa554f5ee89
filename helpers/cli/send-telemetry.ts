import type { FinishedRun } from '../report/compose-verdict.ts';
import type { Verdict } from '../report/verdict.ts';
import type { DeclaredPhase } from '../run/phases.ts';
import { readPhases } from '../run/read-phases.ts';
import type { Run } from '../run/run.ts';
import type { Settings } from '../settings/settings.ts';
import { shared } from './shared-state.ts';

/**
 * Sends the telemetry of the run that this process has joined, where it is one of `verify` against a backend that keeps it, or
 * where `ALLOY_VERIFY_TELEMETRY` says so; and returns its verdict. A smoke check has to be fast, and an interrupted run to end.
 */
export async function sendTelemetry(verdict: Verdict, finished: FinishedRun): Promise<Verdict> {
  const joined = shared.run;
  if (joined === undefined || !joined.isVerify || finished.isInterrupted) return verdict;
  const { settings, run } = await joined.started;
  if (!isTelemetryWanted(run, settings)) return verdict;
  const silent = verdict.phases
    .flatMap(({ criteria }) => criteria)
    .find(({ finding }) => finding?.kind === 'backend silent');
  // Alloy would not get rid of it.
  if (silent !== undefined) return { ...verdict, ownTelemetry: { problem: 'the backend gives no answer' } };
  const isWhole = countCriteria(joined.phases) === countCriteria(readPhases());
  const scope = run.isSmoke ? 'smoke' : isWhole ? 'all' : 'some';
  // Loaded only where it is used: a local run has no time for it.
  const { sendRunTelemetry } = await import('../run-telemetry/send-run-telemetry.ts');
  return await sendRunTelemetry(verdict, finished, scope);
}

/** Whether a run of `verify` or `smoke` sends telemetry of its own. */
export function isTelemetryWanted(
  { backend, isSmoke }: Pick<Run, 'backend' | 'isSmoke'>,
  { sendsTelemetry }: Pick<Settings, 'sendsTelemetry'>,
): boolean {
  return sendsTelemetry ?? (backend !== 'mock' && isSmoke !== true);
}

function countCriteria(phases: readonly DeclaredPhase[]): number {
  return phases.reduce((total, { criteria }) => total + criteria.length, 0);
}
