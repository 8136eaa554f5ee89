import { readText } from '../../clients/alloy-graph.ts';
import { locate } from '../../flow/place.ts';
import { readFailedExport } from '../failed-export.ts';
import { createRule } from '../rule.ts';

/**
 * The endpoint that an exporter has for one signal alone is no path that the gateway serves.
 *
 * `the OTLP gateway answers 404 to traces: http://HOST/otlp/traces (traces_endpoint of otelcol.exporter.otlphttp.x, config.alloy:46) …`
 */
export const signalEndpointNotFound = createRule('signal endpoint not found', (symptoms) => {
  const failed = readFailedExport(symptoms);
  const status = failed?.error?.status;
  const { stop } = symptoms;
  if (failed === undefined || stop?.of !== 'signal' || (status !== 404 && status !== 405)) return undefined;
  const setting = `${stop.signal}_endpoint`;
  if (readText(failed.component.settings, setting) === undefined) return undefined;
  return { signal: stop.signal, status, place: locate(failed.flow, failed.component, setting) };
});
