import { locate } from '../../flow/place.ts';
import { createRule } from '../rule.ts';

/**
 * A receiver accepts nothing of the signal: what is behind it takes none.
 *
 * `otelcol.receiver.otlp.services refuses all traces that it is sent: otelcol.processor.memory_limiter.x, behind it, takes none`
 */
export const receiverRefuses = createRule('receiver refuses', ({ flow, stop }) => {
  if (flow === undefined || stop?.of !== 'signal' || stop.at !== 'refused') return undefined;
  return {
    signal: stop.signal,
    place: locate(flow, stop.component),
    between: stop.route.between.map((component) => locate(flow, component)),
  };
});
