import { createServiceRule, readVariable } from '../service-rule.ts';

const VARIABLE = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE';
/** `lowmemory` is the same for counters and histograms (OpenTelemetry specification, OTLP metrics exporter). */
const DELTA = /^(?:delta|lowmemory)$/i;

/**
 * The service exports what its metrics have changed by since the last export, and Grafana Cloud stores totals: it refuses them.
 *
 * `the API service exports its metrics as changes, which Grafana Cloud refuses: OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta`
 */
export const serviceSendsChanges = createServiceRule('service sends changes', (service, { signals }) => {
  const set = readVariable(service, VARIABLE);
  return signals.includes('metrics') && DELTA.test(set?.value ?? '') && set !== undefined ? { set } : undefined;
});
