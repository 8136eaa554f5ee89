import { readSentCounts } from '../clients/alloy-metrics.ts';
import { type Export, sendHttp } from '../emit/otlp-http.ts';
import { resource, traces } from '../emit/telemetry.ts';
import type { MetricsData } from '../otlp/schema.ts';
import type { FinishedRun } from '../report/compose-verdict.ts';
import type { OwnTelemetry, Verdict } from '../report/verdict.ts';
import type { Run } from '../run/run.ts';
import { readPipelineCounts, waitForDelivery } from './delivery.ts';
import { convertRegistry } from './registry-to-otlp.ts';
import { createRunMetrics, type Scope } from './run-metrics.ts';
import { createRunSpans } from './run-spans.ts';

/** `service.name` of what a run sends about itself. */
export const SERVICE = 'alloy-verify';
const ANSWER_DEADLINE_MS = 10_000;

/**
 * Sends the metrics and the trace of a run that has ended, one export each, over OTLP/HTTP to the Alloy that was verified, and
 * waits until that has sent them. Returns the verdict with what became of them, and with what has been sent by then. Never
 * rejects: that something can't be sent is no failure of the run.
 */
export async function sendRunTelemetry(
  verdict: Verdict,
  finished: Pick<FinishedRun, 'run' | 'tests'>,
  scope: Scope,
): Promise<Verdict> {
  const { run } = finished;
  const ownTelemetry = await send(verdict, finished, scope).catch(
    (error: unknown): OwnTelemetry => ({ problem: describeError(error) }),
  );
  const sent = await readSentCounts(run);
  return { ...verdict, ...(sent !== undefined && { sent }), ownTelemetry };
}

async function send(
  verdict: Verdict,
  finished: Pick<FinishedRun, 'run' | 'tests'>,
  scope: Scope,
): Promise<OwnTelemetry> {
  const { run } = finished;
  const from = resource(SERVICE, run.id);
  const spans = createRunSpans(verdict, finished);
  const metrics = await convertRegistry(await createRunMetrics(verdict, finished, scope, spans.length), from);
  const before = await readPipelineCounts(run.alloy);
  await Promise.all([exportTo(run, { traces: traces(from, [...spans]) }), exportTo(run, { metrics })]);
  const problem = await waitForDelivery(run, before, { spans: spans.length, points: countPoints(metrics) });
  return problem === undefined ? { traceId: spans[0].traceId } : { problem };
}

async function exportTo({ alloy }: Run, data: Export): Promise<void> {
  const signal = AbortSignal.timeout(ANSWER_DEADLINE_MS);
  await sendHttp(alloy.otlpHttp, data, { format: 'protobuf', gzip: true }, signal);
}

function countPoints({ resourceMetrics }: MetricsData): number {
  const metrics = resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((one) => one.metrics));
  return metrics.reduce((total, { gauge }) => total + (gauge?.dataPoints.length ?? 0), 0);
}

/** In one line. */
function describeError(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ');
}
