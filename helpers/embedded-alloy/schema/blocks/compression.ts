import { quote } from '../../language/syntax/quote.ts';
import { oneOf } from '../types.ts';

/** `compression` of an `otelcol.exporter.*` client. */
export const compression = oneOf(
  ['gzip', 'zlib', 'deflate', 'snappy', 'zstd', 'none', ''],
  '',
  (text) => `unrecognized compression type ${quote(text)}`,
);
