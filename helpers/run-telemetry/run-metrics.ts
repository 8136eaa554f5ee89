import { Gauge, Registry } from 'prom-client';
import type { FinishedRun } from '../report/compose-verdict.ts';
import { readExitCode, type Verdict } from '../report/verdict.ts';
import type { SentCounts } from '../run/run.ts';
import { listTimesToVisibility } from './time-to-visibility.ts';

/** What a run covers: every criterion of the project, the ones that somebody named, or those of a smoke check. */
export type Scope = 'all' | 'some' | 'smoke';

/** The quantiles of the times to visibility: too few are measured for a histogram to tell more. */
const QUANTILES = [0.5, 1];

/**
 * The metrics of a run that has ended, with the labels `backend`, `stack`, `alloy` and `scope` on all of them. They are gauges:
 * a run has one value of each. `ownSpans` is how many spans the run sends of its own.
 */
export async function createRunMetrics(
  verdict: Verdict,
  { run, tests }: Pick<FinishedRun, 'run' | 'tests'>,
  scope: Scope,
  ownSpans: number,
): Promise<Registry> {
  const registry = new Registry();
  const { backend, stack, alloy } = verdict;
  registry.setDefaultLabels({ backend, stack, alloy: alloy.kind, scope });
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge({ name: `alloy_verify_${name}`, help, labelNames, registers: [registry] });

  gauge('run_passed', '1 if all criteria that could be checked hold, else 0').set(readExitCode(verdict) === 0 ? 1 : 0);
  gauge('run_start_time_seconds', 'Start of the run, in seconds since the epoch').set(run.startedAt / 1000);
  gauge('run_duration_seconds', 'From the start of the run to the end of its criteria').set(verdict.durationMs / 1000);

  const labels = ['criterion', 'phase'] as const;
  const passed = gauge('criterion_passed', '1 if the criterion holds, 0 if it fails; absent where skipped', labels);
  const duration = gauge('criterion_duration_seconds', 'How long the criterion took; absent where skipped', labels);
  const counts = gauge('criteria', 'The number of criteria', ['phase', 'status']);
  for (const { id: phase, criteria } of verdict.phases) {
    for (const status of ['passed', 'failed', 'skipped']) counts.set({ phase, status }, 0);
    for (const { id: criterion, status, durationMs } of criteria) {
      counts.inc({ phase, status });
      if (status === 'skipped') continue;
      passed.set({ criterion, phase }, status === 'passed' ? 1 : 0);
      duration.set({ criterion, phase }, durationMs / 1000);
    }
  }

  const visible = gauge('time_to_visibility_seconds', 'From emission until the backend showed it', [
    'signal',
    'quantile',
  ]);
  for (const [signal, times] of listTimesToVisibility(tests.flatMap(({ evidence }) => evidence))) {
    for (const quantile of QUANTILES) {
      visible.set({ signal, quantile: String(quantile) }, times[Math.ceil(quantile * times.length) - 1] ?? Number.NaN);
    }
  }

  if (verdict.sent !== undefined)
    await addSentCounts(registry, gauge('sent_items', SENT_HELP, ['item']), verdict.sent, ownSpans);
  return registry;
}

const SENT_HELP = 'What Alloy sent to the backend in the run, the telemetry of the run itself included';

/** Adds the counts of what was sent, to which these metrics and the spans of the run belong. */
async function addSentCounts(
  registry: Registry,
  sent: Gauge<'item'>,
  { samples, spans, logLines }: SentCounts,
  ownSpans: number,
): Promise<void> {
  for (const item of ['samples', 'spans', 'log lines']) sent.set({ item }, 0);
  const ownSamples = (await registry.getMetricsAsJSON()).reduce((total, { values }) => total + values.length, 0);
  sent.set({ item: 'samples' }, samples + ownSamples);
  sent.set({ item: 'spans' }, spans + ownSpans);
  sent.set({ item: 'log lines' }, logLines);
}
