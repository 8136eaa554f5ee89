import { quote } from '../../language/syntax/quote.ts';
import { block, optional } from '../schema.ts';
import { bool, oneOf } from '../types.ts';

/** `debug_metrics` of every `otelcol.*` component. `level` has no effect any more. */
export const debugMetrics = block({
  disable_high_cardinality_metrics: optional(bool, true),
  level: optional(
    oneOf(['none', 'basic', 'normal', 'detailed'], 'detailed', (text) => `unrecognized debug level ${quote(text)}`),
  ),
});
