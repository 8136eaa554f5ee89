import { debugMetrics } from '../../schema/blocks/debug-metrics.ts';
import { caseless } from '../../schema/caseless.ts';
import { block, optional, optionalBlock, repeatedBlock, required } from '../../schema/schema.ts';
import { optionalSecret, string } from '../../schema/types.ts';

const action = caseless(['insert', 'update', 'upsert', 'delete'], (text) => `unknown action ${text}`);

/** `otelcol.auth.headers` (Alloy 1.18 reference): checked; the engine can't run it. */
export const otelcolAuthHeadersBlock = block({
  header: repeatedBlock(
    block({
      key: required(string),
      value: optional(optionalSecret),
      from_context: optional(string),
      from_attribute: optional(string),
      action: optional(action),
    }),
  ),
  debug_metrics: optionalBlock(debugMetrics),
});
