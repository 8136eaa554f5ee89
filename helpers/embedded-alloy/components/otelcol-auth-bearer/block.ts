import { debugMetrics } from '../../schema/blocks/debug-metrics.ts';
import { block, optional, optionalBlock, required } from '../../schema/schema.ts';
import { secret, string } from '../../schema/types.ts';

/** `otelcol.auth.bearer` (Alloy 1.18 reference): checked; the engine can't run it. */
export const otelcolAuthBearerBlock = block({
  scheme: optional(string),
  token: required(secret),
  header: optional(string),
  debug_metrics: optionalBlock(debugMetrics),
});
