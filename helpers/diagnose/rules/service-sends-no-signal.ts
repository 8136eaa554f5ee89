import { createServiceRule } from '../service-rule.ts';

/**
 * The backend has other signals of the service in this run, and none of the one that is asked for. It is all that can be known of a
 * service that doesn't say how it was started.
 *
 * `the API service sends no traces: the backend has its metrics and logs of this run`
 */
export const serviceSendsNoSignal = createServiceRule('service sends no signal', ({ part }, { signals, held }) => {
  const [signal, ...more] = signals;
  const found = held?.[part];
  if (signal === undefined || more.length > 0 || found === undefined) return undefined;
  return found.includes(signal) || found.length === 0 ? undefined : { signal, others: found };
});
