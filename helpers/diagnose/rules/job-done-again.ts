import type { FoundSpan } from '../../clients/tempo.ts';
import { STATUS_CODES } from '../../otlp/schema.ts';
import { createServiceRule, isOf, type ServiceQuestion } from '../service-rule.ts';
import type { ServiceState } from '../service-state.ts';
import { readAttributes } from '../span-shape.ts';

/** A job that fails is tried again; one that was killed in between has left no span. */
const LEAST = 3;
/** How a span says which row or message it is about. */
const JOB = 'scheduler.job_id';
const MESSAGE = 'messaging.message.id';

/**
 * The service has done the same job several times without an error: it does not note that it is done.
 *
 * `the status transition daemon has done the job 0f47… 57 times (scheduled.GameStatusSchedule)`
 */
export const jobDoneAgain = createServiceRule('job done again', (service, question) => {
  const spans = listSpans(service, question).filter(
    ({ span }) => STATUS_CODES[span.status?.code ?? 0] !== 'STATUS_CODE_ERROR',
  );
  for (const key of [JOB, MESSAGE]) {
    const byId = Map.groupBy(spans, ({ span }) => readAttributes(span)[key]);
    byId.delete(undefined);
    for (const [id, found] of byId) {
      const name = found[0]?.span.name ?? '';
      const times = found.filter(({ span }) => span.name === name).length;
      if (times >= LEAST)
        return { name, id: String(id), of: key === JOB ? ('row' as const) : ('event' as const), times };
    }
  }
  return undefined;
});

/**
 * The service has published several events for one job, each with an ID of its own, so that none is recognised as the same.
 *
 * `the status transition daemon publishes 2 events for one row (scheduled.GameStatusSchedule of 0f47…), each with another message_id`
 */
export const eventPublishedTwice = createServiceRule('event published twice', (service, question) => {
  const spans = listSpans(service, question);
  for (const { span } of spans) {
    const id = readAttributes(span)[JOB];
    if (id === undefined) continue;
    const published = spans
      .filter((other) => other.span.parentSpanId === span.spanId)
      .flatMap((other) => readAttributes(other.span)[MESSAGE] ?? []);
    const ids = new Set(published);
    if (ids.size > 1) return { name: span.name, job: String(id), ids: ids.size };
  }
  return undefined;
});

function listSpans(service: ServiceState, { trace = [], recent = [] }: ServiceQuestion): FoundSpan[] {
  const spans = new Map([...trace, ...recent].map((found) => [`${found.span.traceId} ${found.span.spanId}`, found]));
  return [...spans.values()].filter((found) => isOf(service, found));
}
