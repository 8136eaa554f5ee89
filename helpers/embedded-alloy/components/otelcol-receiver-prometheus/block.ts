import { consumers } from '../../schema/blocks/consumers.ts';
import { debugMetrics } from '../../schema/blocks/debug-metrics.ts';
import { block, optionalBlock, requiredBlock } from '../../schema/schema.ts';

/** `otelcol.receiver.prometheus` (Alloy 1.18 reference): checked; the engine can't run it. */
export const otelcolReceiverPrometheusBlock = block({
  output: requiredBlock(consumers),
  debug_metrics: optionalBlock(debugMetrics),
});
