import { consumers } from '../../schema/blocks/consumers.ts';
import { debugMetrics } from '../../schema/blocks/debug-metrics.ts';
import { block, optional, optionalBlock, required, requiredBlock } from '../../schema/schema.ts';
import { duration, size, uint32 } from '../../schema/types.ts';

/** `otelcol.processor.memory_limiter` (Alloy 1.18 reference): checked; the engine can't run it. */
export const otelcolProcessorMemoryLimiterBlock = block({
  check_interval: required(duration),
  limit: optional(size),
  spike_limit: optional(size),
  limit_percentage: optional(uint32),
  spike_limit_percentage: optional(uint32),
  output: requiredBlock(consumers),
  debug_metrics: optionalBlock(debugMetrics),
});
