import { oneOf } from '../types.ts';

/** `compression` of an `otelcol.exporter.*` client. */
export const compression = oneOf(
  ['gzip', 'zlib', 'deflate', 'snappy', 'zstd', 'none', ''],
  '',
  (text) => `unrecognized compression type ${JSON.stringify(text)}`,
);
