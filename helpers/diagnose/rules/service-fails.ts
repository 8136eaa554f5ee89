import { createServiceRule } from '../service-rule.ts';

/**
 * The service has logged what it threw at what a criterion asks for: in that trace, or in the work that is waited for.
 *
 * `the notification daemon fails: The scheduler failed: column due.notify_time does not exist`
 */
export const serviceFails = createServiceRule('service fails', ({ part, errors }, { subject, observation }) => {
  if (observation === undefined || subject === undefined) return undefined;
  const { condition } = observation;
  // A criterion that wants an error has one.
  if (condition.kind === 'span' && condition.shape.includes('"status":"error"')) return undefined;
  const last = errors.findLast(({ time, traceId }) => {
    if (subject.kind === 'trace') return traceId === subject.traceId;
    // Others of its phase have requests of the API fail.
    const isOwnWork = traceId === undefined || part !== 'api';
    return ['traces', 'work'].includes(subject.kind) && isOwnWork && time >= observation.askedAt;
  });
  if (last === undefined) return undefined;
  const { message, reason, place } = last;
  return { message, reason, ...(place !== undefined && { place }) };
});
