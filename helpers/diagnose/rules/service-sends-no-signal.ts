import { createServiceRule, listLacking } from '../service-rule.ts';

/** What may leave out what one service has sent. */
const MAY_LEAVE_OUT = /^otelcol\.(?:connector|processor\.(?!batch$|memory_limiter$))/;

/**
 * The backend has other signals of the service in this run, and none of the one that is asked for. Nothing that the service says of
 * its start explains it.
 *
 * `the API service sends no traces: the backend has its metrics and logs of this run`
 */
export const serviceSendsNoSignal = createServiceRule('service sends no signal', ({ part, environment }, question) => {
  const { held, stop } = question;
  const [signal, ...more] = listLacking(question);
  const found = held?.[part];
  if (signal === undefined || more.length > 0 || found === undefined) return undefined;
  const mayBeLeftOut = stop?.of === 'signal' && stop.route.between.some(({ name }) => MAY_LEAVE_OUT.test(name));
  if (mayBeLeftOut || found.includes(signal) || found.length === 0) return undefined;
  return { signal, others: found, ...(environment !== undefined && { isUnexplained: true as const }) };
});
