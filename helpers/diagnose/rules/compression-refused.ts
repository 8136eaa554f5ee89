import { locate } from '../../flow/place.ts';
import { readFailedExport } from '../failed-export.ts';
import { createRule } from '../rule.ts';

/**
 * What an exporter sends is compressed in a way that the other side does not take.
 *
 * `otelcol.exporter.otlphttp.x sends with compression = "zstd" (config.alloy:48), and gets 400: unsupported Content-Encoding: zstd`
 */
export const compressionRefused = createRule('compression refused', (symptoms) => {
  const failed = readFailedExport(symptoms);
  const { status, reason = '' } = failed?.error ?? {};
  if (failed === undefined || (status !== 400 && status !== 415)) return undefined;
  const place = locate(failed.flow, failed.component, 'client', 'compression');
  const isAboutIt = /\b(?:encoding|compress|decompress)/i.test(reason);
  return isAboutIt && place.expression !== undefined ? { place, status, message: reason } : undefined;
});
