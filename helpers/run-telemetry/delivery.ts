import { readAlloyTotals } from '../clients/alloy-metrics.ts';
import { poll } from '../expect/poll.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { Run } from '../run/run.ts';

/** Items of each signal: spans, and data points of metrics. */
export type ItemCounts = { readonly spans: number; readonly points: number };

/** What Alloy's OTLP components have counted since its start. */
export type PipelineCounts = {
  readonly accepted: ItemCounts;
  readonly sent: ItemCounts;
  /** Dropped for good. */
  readonly lost: ItemCounts;
};

const COUNTERS = (['spans', 'metric_points'] as const).flatMap((items) => [
  new RegExp(`^otelcol_receiver_accepted_${items}_total$`),
  new RegExp(`^otelcol_exporter_sent_${items}_total$`),
  new RegExp(`^otelcol_exporter_(send|enqueue)_failed_${items}_total$`),
]);

/** Reads the counters of Alloy's OTLP pipeline. Rejects where Alloy gives no answer. */
export async function readPipelineCounts(alloy: Pick<Run['alloy'], 'url'>): Promise<PipelineCounts> {
  const [spansIn = 0, spansOut = 0, spansLost = 0, pointsIn = 0, pointsOut = 0, pointsLost = 0] = await readAlloyTotals(
    alloy,
    COUNTERS,
  );
  return {
    accepted: { spans: spansIn, points: pointsIn },
    sent: { spans: spansOut, points: pointsOut },
    lost: { spans: spansLost, points: pointsLost },
  };
}

/** How long a real Alloy takes beyond its batches, with a slow backend. */
const SLACK: Milliseconds = 10_000;

/**
 * Waits until Alloy has sent what it has accepted of ours since `before`: what was in it then leaves first, as batches and
 * queues keep the order. Returns what went wrong, or undefined if all of it was sent.
 */
export async function waitForDelivery(
  { alloy, intervals }: Pick<Run, 'alloy' | 'intervals'>,
  before: PipelineCounts,
  ours: ItemCounts,
  slack: Milliseconds = SLACK,
): Promise<string | undefined> {
  const deadline = 2 * intervals.otlpBatch + slack;
  const { holds, value } = await poll(async () => {
    const now = await readPipelineCounts(alloy);
    const hasLeft = (signal: keyof ItemCounts) => countHandled(now, signal) >= countExpected(before, ours, signal);
    return { holds: hasLeft('spans') && hasLeft('points'), seen: { kind: 'nothing' } as const, value: now };
  }, deadline);
  if (value === undefined) return `Alloy gives no answer at ${alloy.url}/metrics`;
  const lost = value.lost.spans + value.lost.points - before.lost.spans - before.lost.points;
  if (lost > 0) return `Alloy could not send ${lost} items, and dropped them`;
  return holds ? undefined : `Alloy has not sent them within ${deadline / 1000} s`;
}

function countHandled({ sent, lost }: PipelineCounts, signal: keyof ItemCounts): number {
  return sent[signal] + lost[signal];
}

function countExpected(before: PipelineCounts, ours: ItemCounts, signal: keyof ItemCounts): number {
  return Math.max(before.accepted[signal], countHandled(before, signal)) + ours[signal];
}
