import { readText } from '../../clients/alloy-graph.ts';
import { locate } from '../../flow/place.ts';
import { createRule } from '../rule.ts';

/**
 * An exporter that speaks gRPC has the URL of a path, which only OTLP/HTTP has.
 *
 * `otelcol.exporter.otlp.grafana_cloud speaks gRPC, and its endpoint is the HTTP URL http://HOST/otlp (config.alloy:47)`
 */
export const otherProtocol = createRule('exporter of another protocol', ({ flow, stop }) => {
  if (flow === undefined || stop?.of !== 'signal' || stop.at === 'beyond Alloy') return undefined;
  for (const exporter of stop.route.exporters.filter(({ name }) => name === 'otelcol.exporter.otlp')) {
    const url = readText(exporter.settings, 'client', 'endpoint') ?? '';
    if (!/^https?:\/\//.test(url) || !URL.canParse(url) || new URL(url).pathname === '/') continue;
    return { place: locate(flow, exporter, 'client', 'endpoint') };
  }
  return undefined;
});
