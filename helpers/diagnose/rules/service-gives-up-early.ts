import type { Milliseconds } from '../../otlp/ids.ts';
import { createServiceRule, readVariable } from '../service-rule.ts';

/** An answer on the same machine takes a few milliseconds, and one from elsewhere far more. */
const TOO_SHORT: Milliseconds = 20;

/**
 * The service ends its exports before they can be answered.
 *
 * `the API service gives up an export after 1 ms, before it can be answered: OTEL_EXPORTER_OTLP_TIMEOUT=1`
 */
export const serviceGivesUpEarly = createServiceRule('service gives up early', (service, { signals }) => {
  const variables = signals.flatMap((signal) => [
    `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_TIMEOUT`,
    'OTEL_EXPORTER_OTLP_TIMEOUT',
    ...(signal === 'traces' ? ['OTEL_BSP_EXPORT_TIMEOUT'] : []),
    ...(signal === 'metrics' ? ['OTEL_METRIC_EXPORT_TIMEOUT'] : []),
    ...(signal === 'logs' ? ['OTEL_BLRP_EXPORT_TIMEOUT'] : []),
  ]);
  for (const variable of variables) {
    const set = readVariable(service, variable);
    const milliseconds = Number(set?.value ?? Number.NaN);
    if (set !== undefined && milliseconds > 0 && milliseconds < TOO_SHORT) return { milliseconds, set };
  }
  return undefined;
});
