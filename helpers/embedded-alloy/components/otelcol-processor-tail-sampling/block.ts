import { consumers } from '../../schema/blocks/consumers.ts';
import { debugMetrics } from '../../schema/blocks/debug-metrics.ts';
import { caseless } from '../../schema/caseless.ts';
import {
  block,
  optional,
  optionalBlock,
  repeatedBlock,
  required,
  requiredBlock,
  requiredRepeatedBlock,
} from '../../schema/schema.ts';
import { bool, duration, float, int, list, object, string, uint } from '../../schema/types.ts';

const latency = block({ threshold_ms: required(int), upper_threshold_ms: optional(int) });

const numericAttribute = block({
  key: required(string),
  min_value: required(int),
  max_value: required(int),
  invert_match: optional(bool),
});

const probabilistic = block({ hash_salt: optional(string), sampling_percentage: required(float) });

const statusCode = block({ status_codes: required(list(string)) });

const stringAttribute = block({
  key: required(string),
  values: required(list(string)),
  enabled_regex_matching: optional(bool),
  cache_max_size: optional(int),
  invert_match: optional(bool),
});

const rateLimiting = block({ spans_per_second: required(int), burst_capacity: optional(int) });

const bytesLimiting = block({ bytes_per_second: required(int), burst_capacity: optional(int) });

const spanCount = block({ min_spans: required(int), max_spans: optional(int) });

const booleanAttribute = block({ key: required(string), value: required(bool), invert_match: optional(bool) });

const errorMode = caseless(['ignore', 'propagate', 'silent'], (text) => `unknown error mode ${text}`);

const ottlCondition = block({
  error_mode: required(errorMode),
  span: optional(list(string)),
  spanevent: optional(list(string)),
});

const traceState = block({ key: required(string), values: required(list(string)) });

const andSubPolicy = block({
  name: required(string),
  type: required(string),
  latency: optionalBlock(latency),
  numeric_attribute: optionalBlock(numericAttribute),
  probabilistic: optionalBlock(probabilistic),
  status_code: optionalBlock(statusCode),
  string_attribute: optionalBlock(stringAttribute),
  rate_limiting: optionalBlock(rateLimiting),
  bytes_limiting: optionalBlock(bytesLimiting),
  span_count: optionalBlock(spanCount),
  boolean_attribute: optionalBlock(booleanAttribute),
  ottl_condition: optionalBlock(ottlCondition),
  trace_state: optionalBlock(traceState),
});

const and = block({ and_sub_policy: requiredRepeatedBlock(andSubPolicy) });

/** `otelcol.processor.tail_sampling` (Alloy 1.18 reference): checked; the engine can't run it. */
export const otelcolProcessorTailSamplingBlock = block({
  policy: requiredRepeatedBlock(
    block({
      name: required(string),
      type: required(string),
      latency: optionalBlock(latency),
      numeric_attribute: optionalBlock(numericAttribute),
      probabilistic: optionalBlock(probabilistic),
      status_code: optionalBlock(statusCode),
      string_attribute: optionalBlock(stringAttribute),
      rate_limiting: optionalBlock(rateLimiting),
      bytes_limiting: optionalBlock(bytesLimiting),
      span_count: optionalBlock(spanCount),
      boolean_attribute: optionalBlock(booleanAttribute),
      ottl_condition: optionalBlock(ottlCondition),
      trace_state: optionalBlock(traceState),
      composite: optionalBlock(
        block({
          max_total_spans_per_second: required(int),
          policy_order: required(list(string)),
          composite_sub_policy: repeatedBlock(
            block({
              name: required(string),
              type: required(string),
              latency: optionalBlock(latency),
              numeric_attribute: optionalBlock(numericAttribute),
              probabilistic: optionalBlock(probabilistic),
              status_code: optionalBlock(statusCode),
              string_attribute: optionalBlock(stringAttribute),
              rate_limiting: optionalBlock(rateLimiting),
              bytes_limiting: optionalBlock(bytesLimiting),
              span_count: optionalBlock(spanCount),
              boolean_attribute: optionalBlock(booleanAttribute),
              ottl_condition: optionalBlock(ottlCondition),
              trace_state: optionalBlock(traceState),
              and: optionalBlock(and),
            }),
          ),
          rate_allocation: repeatedBlock(block({ policy: required(string), percent: required(int) })),
        }),
      ),
      and: optionalBlock(and),
      not: optionalBlock(block({ not_sub_policy: requiredBlock(andSubPolicy) })),
      drop: optionalBlock(block({ drop_sub_policy: requiredRepeatedBlock(andSubPolicy) })),
    }),
  ),
  decision_wait: optional(duration),
  decision_wait_after_root_received: optional(duration),
  num_traces: optional(uint),
  block_on_overflow: optional(bool),
  expected_new_traces_per_sec: optional(uint),
  sample_on_first_match: optional(bool),
  drop_pending_traces_on_shutdown: optional(bool),
  maximum_trace_size_bytes: optional(uint),
  decision_cache: optional(object),
  output: requiredBlock(consumers),
  debug_metrics: optionalBlock(debugMetrics),
});
