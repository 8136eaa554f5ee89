import { consumers } from '../../schema/blocks/consumers.ts';
import { debugMetrics } from '../../schema/blocks/debug-metrics.ts';
import { block, optional, optionalBlock, requiredBlock } from '../../schema/schema.ts';
import { bool, float, int, string, uint32 } from '../../schema/types.ts';

/** `otelcol.processor.probabilistic_sampler` (Alloy 1.18 reference): checked; the engine can't run it. */
export const otelcolProcessorProbabilisticSamplerBlock = block({
  sampling_percentage: optional(float),
  hash_seed: optional(uint32),
  mode: optional(string),
  fail_closed: optional(bool),
  sampling_precision: optional(int),
  attribute_source: optional(string),
  from_attribute: optional(string),
  sampling_priority: optional(string),
  output: requiredBlock(consumers),
  debug_metrics: optionalBlock(debugMetrics),
});
