import type { Signal } from '../../findings/finding.ts';
import { ITEMS } from '../../flow/otlp-route.ts';
import { createServiceRule } from '../service-rule.ts';

/**
 * What the service sends of a signal has the name that an SDK gives where it is told none: the provider of that signal has not got
 * the resource of the others.
 *
 * `the metrics of the API service have service.name unknown_service:node: the provider of that signal has no resource`
 */
export const telemetryWithoutResource = createServiceRule(
  'telemetry without resource',
  (_, { signals, unnamed, observation }) => {
    const seen = observation?.seen.kind === 'delivery' ? observation.seen.signals : undefined;
    const isLacking = (signal: Signal) => {
      const { emitted = 1, arrived = 0 } = seen?.[ITEMS[signal]] ?? {};
      return arrived < emitted;
    };
    const lacking = signals.filter(isLacking);
    const signal = lacking.find((one) => unnamed?.[one] !== undefined);
    const name = signal === undefined ? undefined : unnamed?.[signal];
    return signal === undefined || name === undefined ? undefined : { signal, name };
  },
);
