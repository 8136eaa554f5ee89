import { locate } from '../../flow/place.ts';
import { createRule } from '../rule.ts';

/**
 * A receiver accepts nothing of the signal, as what is behind it takes none, or has refused an export of the run.
 *
 * `otelcol.receiver.otlp.services refuses all traces that it is sent: otelcol.processor.memory_limiter.x, behind it, takes none`
 */
export const receiverRefuses = createRule('receiver refuses', ({ flow, stop, evidence }) => {
  if (flow === undefined || stop?.of !== 'signal') return undefined;
  const { status, reason = '' } = (evidence.kind === 'error' && evidence.failed) || {};
  const receiver = stop.at === 'refused' ? stop.component : status === undefined ? undefined : stop.route.receivers[0];
  return (
    receiver && {
      signal: stop.signal,
      place: locate(flow, receiver),
      between: stop.route.between.map((component) => locate(flow, component)),
      ...(status !== undefined && { answer: { status, reason } }),
    }
  );
});
