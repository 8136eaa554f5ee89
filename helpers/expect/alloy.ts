import { readAlloyTotal } from '../clients/alloy-metrics.ts';
import type { Labels } from '../clients/prometheus.ts';
import { computeOtlpDeadline } from './deadlines.ts';
import type { Metric } from './question.ts';
import { run } from './run.ts';

/** Alloy's own metric, summed over its series, as something to wait for. */
export function alloyMetric(name: string, labels: Labels = {}): Metric {
  return {
    kind: 'metric',
    subject: { kind: 'metric of Alloy', metric: name, labels },
    path: name.startsWith('otelcol') ? 'otlp' : 'remote write',
    deadline: computeOtlpDeadline(run),
    ask: async () => [{ labels, time: 0, value: await readAlloyTotal(run.alloy, name, labels) }],
  };
}
