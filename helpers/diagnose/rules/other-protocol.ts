import { isOfOtherProtocol } from '../../flow/otlp-route.ts';
import { locate } from '../../flow/place.ts';
import { createRule } from '../rule.ts';

/**
 * An exporter that speaks gRPC has the URL of a path, which only OTLP/HTTP has.
 *
 * `otelcol.exporter.otlp.grafana_cloud speaks gRPC, and its endpoint is the HTTP URL http://HOST/otlp (config.alloy:47)`
 */
export const otherProtocol = createRule('exporter of another protocol', ({ flow, stop }) => {
  if (flow === undefined || stop?.of !== 'signal' || stop.at === 'beyond Alloy') return undefined;
  const exporter = stop.route.exporters.find(isOfOtherProtocol);
  return exporter && { place: locate(flow, exporter, 'client', 'endpoint') };
});
