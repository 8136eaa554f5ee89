import type { Milliseconds } from '../../otlp/ids.ts';
import { createServiceRule } from '../service-rule.ts';
import { readShape } from '../span-shape.ts';

/**
 * The service has logged what it threw at what a criterion asks for: in that trace, or in the work that is waited for.
 *
 * `the notification daemon fails: The scheduler failed: column due.notify_time does not exist`
 */
export const serviceFails = createServiceRule(
  'service fails',
  ({ part, errors }, { subject, observation, evidence }) => {
    const answer = evidence.kind === 'error' ? evidence.answer : undefined;
    if (answer === undefined && (observation === undefined || subject === undefined)) return undefined;
    // A criterion that wants an error has one.
    if (answer !== undefined && answer.wanted >= 500) return undefined;
    if (subject?.kind === 'work' && subject.isError) return undefined;
    if (readShape(observation?.condition)?.status === 'error') return undefined;
    const last = errors.findLast(({ time, traceId, message }) => {
      if (answer !== undefined) return time >= answer.askedAt && (part !== 'api' || message.includes(answer.request));
      if (subject?.kind === 'trace') return traceId === subject.traceId;
      // Others of its phase have requests of the API fail.
      const isOwnWork = traceId === undefined || part !== 'api';
      // What a metric counts happened before it was asked for.
      const since = (observation?.askedAt ?? 0) - (subject?.kind === 'OTLP metric' ? COUNTED_BEFORE : 0);
      return ['traces', 'work', 'OTLP metric'].includes(subject?.kind ?? '') && isOwnWork && time >= since;
    });
    if (last === undefined) return undefined;
    const { message, reason, place, inDatabase } = last;
    return { message, reason, ...(place !== undefined && { place }), ...(inDatabase !== undefined && { inDatabase }) };
  },
);

/** A criterion waits for the trace of what it then looks for in a metric. */
const COUNTED_BEFORE: Milliseconds = 20_000;
