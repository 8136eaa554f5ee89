import type { Signal } from '../../findings/finding.ts';
import { createServiceRule, listLacking, readVariable } from '../service-rule.ts';

/** Limits of attributes and events of spans, and below what they cut what the criteria look for: 30 attributes, texts of 60 characters. */
const CUTS: Readonly<Record<string, number>> = {
  OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: 30,
  OTEL_ATTRIBUTE_COUNT_LIMIT: 30,
  OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: 60,
  OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: 60,
  OTEL_SPAN_EVENT_COUNT_LIMIT: 1,
};
/** The queues of exporters, which drop what they have no room for. */
const QUEUES: Readonly<Partial<Record<Signal, string>>> = {
  traces: 'OTEL_BSP_MAX_QUEUE_SIZE',
  logs: 'OTEL_BLRP_MAX_QUEUE_SIZE',
};
/** Traces have up to 30 spans, and a start as many lines. */
const LEAST_QUEUE = 30;

/**
 * A limit of the service's SDK takes attributes or events away from its spans, or shortens them; or its queue drops what it makes.
 *
 * `the API service cuts what the criteria look for from its spans: OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT=2`
 */
export const serviceLimitsTelemetry = createServiceRule('service limits telemetry', (service, question) => {
  const isBelow = (variable: string, least: number) => {
    const set = readVariable(service, variable);
    return set?.value !== undefined && Number(set.value) < least ? set : undefined;
  };
  // What is cut off a span does not keep it from arriving.
  if (question.signals.includes('traces') && question.subject?.kind !== 'delivery') {
    for (const [variable, least] of Object.entries(CUTS)) {
      const set = isBelow(variable, least);
      if (set !== undefined) return { set };
    }
  }
  for (const signal of listLacking(question)) {
    const set = QUEUES[signal] && isBelow(QUEUES[signal], LEAST_QUEUE);
    if (set) return { set, dropped: signal };
  }
  return undefined;
});
