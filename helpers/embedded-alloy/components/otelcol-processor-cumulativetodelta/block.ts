import { consumers } from '../../schema/blocks/consumers.ts';
import { debugMetrics } from '../../schema/blocks/debug-metrics.ts';
import { block, optional, optionalBlock, requiredBlock } from '../../schema/schema.ts';
import { duration, list, string } from '../../schema/types.ts';

const include = block({
  metrics: optional(list(string)),
  match_type: optional(string),
  metric_types: optional(list(string)),
});

/** `otelcol.processor.cumulativetodelta` (Alloy 1.18 reference): checked; the engine can't run it. */
export const otelcolProcessorCumulativetodeltaBlock = block({
  max_staleness: optional(duration),
  initial_value: optional(string),
  include: optionalBlock(include),
  exclude: optionalBlock(include),
  output: requiredBlock(consumers),
  debug_metrics: optionalBlock(debugMetrics),
});
