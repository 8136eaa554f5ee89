import { buildLogs, type LogData } from './logs.ts';
import { buildMetrics, type MetricData } from './metrics.ts';
import { buildTraces, type TraceData } from './traces.ts';

/** Random telemetry of all three kinds. A seed and a time make the same one always. */
export type Dataset = {
  /** When it begins, in milliseconds since the epoch: whole seconds. */
  readonly baseMs: number;
  readonly traces: TraceData;
  readonly logs: LogData;
  readonly metrics: MetricData;
};

/** How long a data set is, in milliseconds. */
export const DATASET_MS = 60_000;

/** Builds a data set that begins at `baseMs`. */
export function buildDataset(seed: number, baseMs: number): Dataset {
  return {
    baseMs,
    traces: buildTraces(seed, baseMs),
    logs: buildLogs(seed, baseMs),
    metrics: buildMetrics(seed, baseMs),
  };
}

/**
 * When a data set for now begins: so long ago that Tempo's search, which leaves out the newest half minute, includes it, and
 * so short that everything is recent.
 */
export function chooseBase(nowMs: number): number {
  return Math.floor((nowMs - DATASET_MS - 45_000) / 10_000) * 10_000;
}
