import type { Signal } from '../../findings/finding.ts';
import type { Milliseconds } from '../../otlp/ids.ts';
import { createServiceRule, readVariable } from '../service-rule.ts';

/** How often a signal is exported, in milliseconds, and the default (OpenTelemetry specification, SDK environment variables). */
const INTERVALS: Readonly<Record<Signal, readonly [variable: string, fallback: number]>> = {
  traces: ['OTEL_BSP_SCHEDULE_DELAY', 5000],
  metrics: ['OTEL_METRIC_EXPORT_INTERVAL', 60_000],
  logs: ['OTEL_BLRP_SCHEDULE_DELAY', 1000],
};

/** No criterion waits for less, unless it has ended early for another reason. */
const LEAST_WAIT: Milliseconds = 10_000;

/**
 * The service keeps a signal for longer than a criterion waits.
 *
 * `the API service exports its metrics every 600 s, which is longer than the criteria wait: OTEL_METRIC_EXPORT_INTERVAL=600000`
 */
export const serviceSendsLate = createServiceRule('service sends late', (service, { signals, observation, run }) => {
  for (const signal of signals) {
    const [variable, fallback] = INTERVALS[signal];
    const set = readVariable(service, variable);
    const said = signal === 'metrics' ? service.metricInterval : undefined;
    const meant = Number(set?.value ?? fallback);
    const milliseconds = said ?? meant;
    const waited = Math.max(
      LEAST_WAIT,
      observation?.elapsedMs ?? 0,
      signal === 'metrics' ? run.intervals.metricExport : 0,
    );
    if (set !== undefined && milliseconds > waited)
      return { signal, milliseconds, set, ...(milliseconds !== meant && { isFixed: true as const }) };
  }
  return undefined;
});
