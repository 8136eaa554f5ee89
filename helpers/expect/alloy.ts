import { alloyTotal } from '../clients/alloy.ts';
import type { Labels } from '../clients/prometheus.ts';
import { otlpDeadline } from './deadlines.ts';
import { run } from './run.ts';
import type { Metric } from './telemetry.ts';
import { matchers } from './telemetry.ts';

/** Alloy's own metric, summed over its series, as something to wait for. */
export function alloyMetric(name: string, labels: Labels = {}): Metric {
  return {
    kind: 'metric',
    asked: `Alloy's own ${name}{${matchers(labels)}}`,
    path: name.startsWith('otelcol') ? 'otlp' : 'remote write',
    deadline: otlpDeadline(run),
    ask: async () => [{ labels, time: 0, value: await alloyTotal(run.alloy, name, labels) }],
    nearest: async () => [],
  };
}
