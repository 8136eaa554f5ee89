import { createServiceRule } from '../service-rule.ts';

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
    if (subject?.kind === 'work' && subject.isError) return undefined;
    if (observation?.condition.kind === 'span' && observation.condition.shape.includes('"status":"error"'))
      return undefined;
    const last = errors.findLast(({ time, traceId, message }) => {
      if (answer !== undefined) return time >= answer.askedAt && (part !== 'api' || message.includes(answer.request));
      if (subject?.kind === 'trace') return traceId === subject.traceId;
      // Others of its phase have requests of the API fail.
      const isOwnWork = traceId === undefined || part !== 'api';
      return ['traces', 'work'].includes(subject?.kind ?? '') && isOwnWork && time >= (observation?.askedAt ?? 0);
    });
    if (last === undefined) return undefined;
    const { message, reason, place, inDatabase } = last;
    return { message, reason, ...(place !== undefined && { place }), ...(inDatabase !== undefined && { inDatabase }) };
  },
);
