import { SIGNALS } from '../../flow/flow.ts';
import { findMovedPath } from '../../flow/otlp-route.ts';
import { locate } from '../../flow/place.ts';
import { findSignalStop } from '../../flow/stops.ts';
import { createRule } from '../rule.ts';

/**
 * A receiver takes a signal at another path than senders use.
 *
 * `otelcol.receiver.otlp.services takes traces at /otlp/v1/traces (grafana-alloy/config.alloy:17), and they are sent to /v1/traces`
 */
export const receiverPath = createRule('receiver at another path', ({ flow, stop, evidence }) => {
  if (flow === undefined || stop?.of !== 'signal') return undefined;
  // What is delivered is of all signals.
  const isDelivery = evidence.kind === 'observation' && evidence.subject.kind === 'delivery';
  for (const signal of isDelivery ? SIGNALS : [stop.signal]) {
    const found = findMovedPath(flow, findSignalStop(flow, signal).route, signal);
    if (found === undefined) continue;
    const { receiver, setting, path } = found;
    return { signal, path, place: locate(flow, receiver, 'http', setting) };
  }
  return undefined;
});
