import { isUtf8 } from 'node:buffer';
import { readOpenMetrics } from './open-metrics.ts';
import { type ExposedSample, ExpositionError } from './sample.ts';
import { readTextFormat } from './text-format.ts';

/** The media types of the formats that a scrape can request, by their names in `scrape_protocols`. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  PrometheusProto: 'application/vnd.google.protobuf',
  'PrometheusText0.0.4': 'text/plain',
  'PrometheusText1.0.0': 'text/plain',
  'OpenMetricsText0.0.1': 'application/openmetrics-text',
  'OpenMetricsText1.0.0': 'application/openmetrics-text',
};

/**
 * Reads a scraped page in the format of its `Content-Type`, or if that is unknown in that of `fallback` (a name of
 * {@link MEDIA_TYPES}, or empty for none). @throws ExpositionError
 */
export function readPage(
  body: Buffer,
  contentType: string,
  fallback: string,
  onSample: (sample: ExposedSample) => void,
): void {
  if (!isUtf8(body)) {
    throw new ExpositionError('the page is not valid UTF-8');
  }
  const named = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const known = Object.values(MEDIA_TYPES).includes(named);
  switch (known ? named : (MEDIA_TYPES[fallback] ?? '')) {
    case 'text/plain':
      readTextFormat(body.toString(), onSample);
      return;
    case 'application/openmetrics-text':
      readOpenMetrics(body.toString(), onSample);
      return;
    case 'application/vnd.google.protobuf':
      throw new ExpositionError('the embedded Alloy does not support the protobuf exposition format');
    default:
      throw new ExpositionError(
        contentType === ''
          ? 'non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol specified for target'
          : `received unsupported Content-Type ${JSON.stringify(contentType)} and no fallback_scrape_protocol specified for target`,
      );
  }
}
