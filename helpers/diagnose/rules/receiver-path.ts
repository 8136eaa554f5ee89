import { findMovedPath } from '../../flow/otlp-route.ts';
import { locate } from '../../flow/place.ts';
import { createRule } from '../rule.ts';

/**
 * A receiver takes a signal at another path than senders use.
 *
 * `otelcol.receiver.otlp.services takes traces at /otlp/v1/traces (grafana-alloy/config.alloy:17), and they are sent to /v1/traces`
 */
export const receiverPath = createRule('receiver at another path', ({ flow, stop }) => {
  if (flow === undefined || stop?.of !== 'signal') return undefined;
  const found = findMovedPath(flow, stop.route, stop.signal);
  if (found === undefined) return undefined;
  const { receiver, setting, path } = found;
  return { signal: stop.signal, path, place: locate(flow, receiver, 'http', setting) };
});
