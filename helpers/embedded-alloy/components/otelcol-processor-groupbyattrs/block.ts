import { consumers } from '../../schema/blocks/consumers.ts';
import { debugMetrics } from '../../schema/blocks/debug-metrics.ts';
import { block, optional, optionalBlock, requiredBlock } from '../../schema/schema.ts';
import { list, string } from '../../schema/types.ts';

/** `otelcol.processor.groupbyattrs` (Alloy 1.18 reference): checked; the engine can't run it. */
export const otelcolProcessorGroupbyattrsBlock = block({
  keys: optional(list(string)),
  output: requiredBlock(consumers),
  debug_metrics: optionalBlock(debugMetrics),
});
