import { consumers } from '../../schema/blocks/consumers.ts';
import { debugMetrics } from '../../schema/blocks/debug-metrics.ts';
import { block, optional, optionalBlock, requiredBlock } from '../../schema/schema.ts';
import { bool, duration } from '../../schema/types.ts';

/** `otelcol.processor.interval` (Alloy 1.18 reference): checked; the engine can't run it. */
export const otelcolProcessorIntervalBlock = block({
  interval: optional(duration),
  passthrough: optionalBlock(block({ gauge: optional(bool), summary: optional(bool) })),
  output: requiredBlock(consumers),
  debug_metrics: optionalBlock(debugMetrics),
});
