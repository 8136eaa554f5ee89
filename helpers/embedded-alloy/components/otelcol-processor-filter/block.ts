import { consumers } from '../../schema/blocks/consumers.ts';
import { debugMetrics } from '../../schema/blocks/debug-metrics.ts';
import { caseless } from '../../schema/caseless.ts';
import { block, optional, optionalBlock, repeatedBlock, required, requiredBlock } from '../../schema/schema.ts';
import { list, string } from '../../schema/types.ts';

const errorMode = caseless(['ignore', 'propagate', 'silent'], (text) => `unknown error mode ${text}`);

const traceConditions = block({ context: optional(string), conditions: required(list(string)) });

/** `otelcol.processor.filter` (Alloy 1.18 reference): checked; the engine can't run it. */
export const otelcolProcessorFilterBlock = block({
  error_mode: optional(errorMode),
  traces: optionalBlock(block({ span: optional(list(string)), spanevent: optional(list(string)) })),
  metrics: optionalBlock(block({ metric: optional(list(string)), datapoint: optional(list(string)) })),
  logs: optionalBlock(block({ log_record: optional(list(string)) })),
  trace_conditions: repeatedBlock(traceConditions),
  metric_conditions: repeatedBlock(traceConditions),
  log_conditions: repeatedBlock(traceConditions),
  output: requiredBlock(consumers),
  debug_metrics: optionalBlock(debugMetrics),
});
