import { quote } from '../language/syntax/quote.ts';
import { consumers, debugMetrics } from '../schema/blocks/otelcol.ts';
import {
  type BlockSchema,
  block,
  optional,
  optionalBlock,
  repeatedBlock,
  required,
  requiredBlock,
  requiredRepeatedBlock,
} from '../schema/schema.ts';
import {
  any,
  bool,
  caseless,
  choice,
  duration,
  float,
  int,
  list,
  object,
  size,
  string,
  uint,
  uint32,
} from '../schema/types.ts';

const severityLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((level) =>
  ['', '2', '3', '4'].map((step) => level + step),
);

const severityLevel = choice(severityLevels, '', (text) => `unrecognized severity level ${quote(text)}`);

const attributeFilter = block({ key: required(string), value: optional(any) });

const spanFilter = block({
  match_type: required(string),
  regexp: optionalBlock(block({ cache_enabled: optional(bool), cache_max_num_entries: optional(int) })),
  services: optional(list(string)),
  span_names: optional(list(string)),
  log_bodies: optional(list(string)),
  log_severity_texts: optional(list(string)),
  log_severity: optionalBlock(block({ min: required(severityLevel), match_undefined: required(bool) })),
  metric_names: optional(list(string)),
  attribute: repeatedBlock(attributeFilter),
  resource: repeatedBlock(attributeFilter),
  library: repeatedBlock(block({ name: required(string), version: optional(string) })),
  span_kinds: optional(list(string)),
});

const metricFilter = block({
  metrics: optional(list(string)),
  match_type: optional(string),
  metric_types: optional(list(string)),
});

const errorMode = caseless(['ignore', 'propagate', 'silent'], (text) => `unknown error mode ${text}`);

const traceConditions = block({ context: optional(string), conditions: required(list(string)) });

/** The fields that all kinds of sampling policy share. */
const policy = {
  name: required(string),
  type: required(string),
  latency: optionalBlock(block({ threshold_ms: required(int), upper_threshold_ms: optional(int) })),
  numeric_attribute: optionalBlock(
    block({
      key: required(string),
      min_value: required(int),
      max_value: required(int),
      invert_match: optional(bool),
    }),
  ),
  probabilistic: optionalBlock(block({ hash_salt: optional(string), sampling_percentage: required(float) })),
  status_code: optionalBlock(block({ status_codes: required(list(string)) })),
  string_attribute: optionalBlock(
    block({
      key: required(string),
      values: required(list(string)),
      enabled_regex_matching: optional(bool),
      cache_max_size: optional(int),
      invert_match: optional(bool),
    }),
  ),
  rate_limiting: optionalBlock(block({ spans_per_second: required(int), burst_capacity: optional(int) })),
  bytes_limiting: optionalBlock(block({ bytes_per_second: required(int), burst_capacity: optional(int) })),
  span_count: optionalBlock(block({ min_spans: required(int), max_spans: optional(int) })),
  boolean_attribute: optionalBlock(
    block({ key: required(string), value: required(bool), invert_match: optional(bool) }),
  ),
  ottl_condition: optionalBlock(
    block({
      error_mode: required(errorMode),
      span: optional(list(string)),
      spanevent: optional(list(string)),
    }),
  ),
  trace_state: optionalBlock(block({ key: required(string), values: required(list(string)) })),
};

const subPolicy = block(policy);

const and = block({ and_sub_policy: requiredRepeatedBlock(subPolicy) });

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

/**
 * The blocks of the `otelcol.processor.*` components that are checked but not run (Alloy 1.18 reference), by component
 * name.
 */
export const blocks: Readonly<Record<string, BlockSchema>> = {
  'otelcol.processor.attributes': block({
    include: optionalBlock(spanFilter),
    exclude: optionalBlock(spanFilter),
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
  }),
  'otelcol.processor.cumulativetodelta': block({
    max_staleness: optional(duration),
    initial_value: optional(string),
    include: optionalBlock(metricFilter),
    exclude: optionalBlock(metricFilter),
    output: requiredBlock(consumers),
    debug_metrics: optionalBlock(debugMetrics),
  }),
  'otelcol.processor.deltatocumulative': block({
    max_stale: optional(duration),
    max_streams: optional(int),
    output: requiredBlock(consumers),
    debug_metrics: optionalBlock(debugMetrics),
  }),
  'otelcol.processor.filter': block({
    error_mode: optional(errorMode),
    traces: optionalBlock(block({ span: optional(list(string)), spanevent: optional(list(string)) })),
    metrics: optionalBlock(block({ metric: optional(list(string)), datapoint: optional(list(string)) })),
    logs: optionalBlock(block({ log_record: optional(list(string)) })),
    trace_conditions: repeatedBlock(traceConditions),
    metric_conditions: repeatedBlock(traceConditions),
    log_conditions: repeatedBlock(traceConditions),
    output: requiredBlock(consumers),
    debug_metrics: optionalBlock(debugMetrics),
  }),
  'otelcol.processor.groupbyattrs': block({
    keys: optional(list(string)),
    output: requiredBlock(consumers),
    debug_metrics: optionalBlock(debugMetrics),
  }),
  'otelcol.processor.interval': block({
    interval: optional(duration),
    passthrough: optionalBlock(block({ gauge: optional(bool), summary: optional(bool) })),
    output: requiredBlock(consumers),
    debug_metrics: optionalBlock(debugMetrics),
  }),
  'otelcol.processor.memory_limiter': block({
    check_interval: required(duration),
    limit: optional(size),
    spike_limit: optional(size),
    limit_percentage: optional(uint32),
    spike_limit_percentage: optional(uint32),
    output: requiredBlock(consumers),
    debug_metrics: optionalBlock(debugMetrics),
  }),
  'otelcol.processor.probabilistic_sampler': block({
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
  }),
  'otelcol.processor.span': block({
    include: optionalBlock(spanFilter),
    exclude: optionalBlock(spanFilter),
    name: optionalBlock(
      block({
        from_attributes: optional(list(string)),
        separator: optional(string),
        to_attributes: optionalBlock(
          block({
            rules: required(list(string)),
            break_after_match: optional(bool),
            keep_original_name: optional(bool),
          }),
        ),
      }),
    ),
    status: optionalBlock(block({ code: required(string), description: optional(string) })),
    output: requiredBlock(consumers),
    debug_metrics: optionalBlock(debugMetrics),
  }),
  'otelcol.processor.tail_sampling': block({
    policy: requiredRepeatedBlock(
      block({
        ...policy,
        composite: optionalBlock(
          block({
            max_total_spans_per_second: required(int),
            policy_order: required(list(string)),
            composite_sub_policy: repeatedBlock(
              block({
                ...policy,
                and: optionalBlock(and),
              }),
            ),
            rate_allocation: repeatedBlock(block({ policy: required(string), percent: required(int) })),
          }),
        ),
        and: optionalBlock(and),
        not: optionalBlock(block({ not_sub_policy: requiredBlock(subPolicy) })),
        drop: optionalBlock(block({ drop_sub_policy: requiredRepeatedBlock(subPolicy) })),
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
  }),
  'otelcol.processor.transform': block({
    error_mode: optional(errorMode),
    statements: optionalBlock(
      block({ trace: optional(list(string)), metric: optional(list(string)), log: optional(list(string)) }),
    ),
    trace_statements: repeatedBlock(traceStatements),
    metric_statements: repeatedBlock(traceStatements),
    log_statements: repeatedBlock(traceStatements),
    output: requiredBlock(consumers),
    debug_metrics: optionalBlock(debugMetrics),
  }),
};
