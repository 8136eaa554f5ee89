import { locate } from '../../flow/place.ts';
import { createRule } from '../rule.ts';

/**
 * Alloy has accepted the signal, and no exporter has got anything of it to send.
 *
 * `Alloy has accepted traces over OTLP, and no exporter has sent any: they pass otelcol.processor.batch.services (config.alloy:32)`
 */
export const nothingExported = createRule('nothing exported over OTLP', ({ flow, stop }) => {
  if (flow === undefined || stop?.of !== 'signal' || stop.at !== 'nothing exported') return undefined;
  return { signal: stop.signal, between: stop.route.between.map((component) => locate(flow, component)) };
});
