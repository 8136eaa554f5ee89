import { quote } from '../../language/syntax/quote.ts';
import { consumers } from '../../schema/blocks/consumers.ts';
import { debugMetrics } from '../../schema/blocks/debug-metrics.ts';
import { block, optional, optionalBlock, repeatedBlock, required, requiredBlock } from '../../schema/schema.ts';
import { any, bool, int, list, oneOf, string } from '../../schema/types.ts';

const severityLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((level) =>
  ['', '2', '3', '4'].map((step) => level + step),
);

const severityLevel = oneOf(severityLevels, '', (text) => `unrecognized severity level ${quote(text)}`);

const attribute = block({ key: required(string), value: optional(any) });

const include = block({
  match_type: required(string),
  regexp: optionalBlock(block({ cache_enabled: optional(bool), cache_max_num_entries: optional(int) })),
  services: optional(list(string)),
  span_names: optional(list(string)),
  log_bodies: optional(list(string)),
  log_severity_texts: optional(list(string)),
  log_severity: optionalBlock(block({ min: required(severityLevel), match_undefined: required(bool) })),
  metric_names: optional(list(string)),
  attribute: repeatedBlock(attribute),
  resource: repeatedBlock(attribute),
  library: repeatedBlock(block({ name: required(string), version: optional(string) })),
  span_kinds: optional(list(string)),
});

/** `otelcol.processor.attributes` (Alloy 1.18 reference): checked; the engine can't run it. */
export const otelcolProcessorAttributesBlock = block({
  include: optionalBlock(include),
  exclude: optionalBlock(include),
  action: repeatedBlock(
    block({
      key: optional(string),
      value: optional(any),
      pattern: optional(string),
      from_attribute: optional(string),
      from_context: optional(string),
      converted_type: optional(string),
      action: required(string),
    }),
  ),
  output: requiredBlock(consumers),
  debug_metrics: optionalBlock(debugMetrics),
});
