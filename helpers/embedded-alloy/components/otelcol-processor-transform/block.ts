import { consumers } from '../../schema/blocks/consumers.ts';
import { debugMetrics } from '../../schema/blocks/debug-metrics.ts';
import { caseless } from '../../schema/caseless.ts';
import { block, optional, optionalBlock, repeatedBlock, required, requiredBlock } from '../../schema/schema.ts';
import { list, string } from '../../schema/types.ts';

const errorMode = caseless(['ignore', 'propagate', 'silent'], (text) => `unknown error mode ${text}`);

const contextId = caseless(
  ['resource', 'scope', 'span', 'spanevent', 'metric', 'datapoint', 'log'],
  (text) => `unknown context ${text}`,
);

const traceStatements = block({
  context: required(contextId),
  conditions: optional(list(string)),
  statements: required(list(string)),
  error_mode: optional(errorMode),
});

/** `otelcol.processor.transform` (Alloy 1.18 reference): checked; the engine can't run it. */
export const otelcolProcessorTransformBlock = block({
  error_mode: optional(errorMode),
  statements: optionalBlock(
    block({ trace: optional(list(string)), metric: optional(list(string)), log: optional(list(string)) }),
  ),
  trace_statements: repeatedBlock(traceStatements),
  metric_statements: repeatedBlock(traceStatements),
  log_statements: repeatedBlock(traceStatements),
  output: requiredBlock(consumers),
  debug_metrics: optionalBlock(debugMetrics),
});
