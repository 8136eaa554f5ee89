import { createServiceRule, readVariable } from '../service-rule.ts';

/** Limits of spans, and below what they cut what the criteria look for: traces of 30 spans, 30 attributes, texts of 60 characters. */
const LIMITS: Readonly<Record<string, number>> = {
  OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: 30,
  OTEL_ATTRIBUTE_COUNT_LIMIT: 30,
  OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: 60,
  OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: 60,
  OTEL_SPAN_EVENT_COUNT_LIMIT: 1,
  OTEL_BSP_MAX_QUEUE_SIZE: 30,
};

/**
 * A limit of the service's SDK takes attributes or events away from its spans, or shortens them.
 *
 * `the API service cuts what the criteria look for from its spans: OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT=2`
 */
export const serviceLimitsTelemetry = createServiceRule('service limits telemetry', (service, { signals, subject }) => {
  if (!signals.includes('traces') || subject?.kind === 'delivery') return undefined;
  for (const [variable, least] of Object.entries(LIMITS)) {
    const set = readVariable(service, variable);
    if (set?.value !== undefined && Number(set.value) < least) return { set };
  }
  return undefined;
});
