import { createServiceRule } from '../service-rule.ts';

/**
 * What the service sends of a signal has the name that an SDK gives where it is told none: the provider of that signal has not got
 * the resource of the others.
 *
 * `the metrics of the API service have service.name unknown_service:node: the provider of that signal has no resource`
 */
export const telemetryWithoutResource = createServiceRule('telemetry without resource', (_, { signals, unnamed }) => {
  const [signal, ...more] = signals;
  const name = signal === undefined || more.length > 0 ? undefined : unnamed?.[signal];
  return signal === undefined || name === undefined ? undefined : { signal, name };
});
