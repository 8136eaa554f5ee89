import { consumers } from '../../schema/blocks/consumers.ts';
import { debugMetrics } from '../../schema/blocks/debug-metrics.ts';
import { block, optional, optionalBlock, requiredBlock } from '../../schema/schema.ts';
import { duration, int } from '../../schema/types.ts';

/** `otelcol.processor.deltatocumulative` (Alloy 1.18 reference): checked; the engine can't run it. */
export const otelcolProcessorDeltatocumulativeBlock = block({
  max_stale: optional(duration),
  max_streams: optional(int),
  output: requiredBlock(consumers),
  debug_metrics: optionalBlock(debugMetrics),
});
