import {
  type BlockSchema,
  block,
  type Field,
  optional,
  repeatedBlock,
  required,
  requiredRepeatedBlock,
} from '../../schema/schema.ts';
import { bool, duration, float, int, list, logsReceiver, map, oneOf, size, string, uint } from '../../schema/types.ts';

const eventlogmessage = block({
  source: optional(string),
  drop_invalid_labels: optional(bool),
  overwrite_existing: optional(bool),
});

const labelKeep = block({ values: required(list(string)) });

const sourceType = oneOf(
  ['line', 'label', 'structured_metadata', 'extracted'],
  '',
  (text) => `unknown source_type: ${text}`,
);

const stages: Record<string, Field<unknown>> = {
  'stage.cri': repeatedBlock(
    block({
      max_partial_lines: optional(int),
      max_partial_line_size: optional(uint),
      max_partial_line_size_truncate: optional(bool),
    }),
  ),
  'stage.decolorize': repeatedBlock(block({})),
  'stage.docker': repeatedBlock(block({})),
  'stage.drop': repeatedBlock(
    block({
      drop_counter_reason: optional(string),
      source: optional(string),
      value: optional(string),
      separator: optional(string),
      expression: optional(string),
      older_than: optional(duration),
      longer_than: optional(size),
    }),
  ),
  'stage.eventlogmessage': repeatedBlock(eventlogmessage),
  'stage.geoip': repeatedBlock(
    block({
      db: required(string),
      source: required(string),
      db_type: optional(string),
      custom_lookups: optional(map(string)),
    }),
  ),
  'stage.json': repeatedBlock(
    block({
      expressions: optional(map(string)),
      regex: optional(string),
      source: optional(string),
      drop_malformed: optional(bool),
    }),
  ),
  'stage.label_keep': repeatedBlock(labelKeep),
  'stage.label_drop': repeatedBlock(labelKeep),
  'stage.labels': repeatedBlock(block({ values: required(map(string)), source_type: optional(sourceType) })),
  'stage.limit': repeatedBlock(
    block({
      rate: required(float),
      burst: required(int),
      drop: optional(bool),
      by_label_name: optional(string),
      max_distinct_labels: optional(int),
    }),
  ),
  'stage.logfmt': repeatedBlock(
    block({ mapping: optional(map(string)), source: optional(string), regex: optional(string) }),
  ),
  'stage.luhn': repeatedBlock(
    block({
      replacement: optional(string),
      source: optional(string),
      min_length: optional(int),
      delimiters: optional(string),
    }),
  ),
  'stage.metrics': repeatedBlock(
    block({
      'metric.counter': repeatedBlock(
        block({
          name: required(string),
          description: optional(string),
          source: optional(string),
          prefix: optional(string),
          max_idle_duration: optional(duration),
          value: optional(string),
          action: required(string),
          match_all: optional(bool),
          count_entry_bytes: optional(bool),
        }),
      ),
      'metric.gauge': repeatedBlock(
        block({
          name: required(string),
          description: optional(string),
          source: optional(string),
          prefix: optional(string),
          max_idle_duration: optional(duration),
          value: optional(string),
          action: required(string),
        }),
      ),
      'metric.histogram': repeatedBlock(
        block({
          name: required(string),
          description: optional(string),
          source: optional(string),
          prefix: optional(string),
          max_idle_duration: optional(duration),
          value: optional(string),
          buckets: required(list(float)),
        }),
      ),
    }),
  ),
  'stage.multiline': repeatedBlock(
    block({
      firstline: required(string),
      max_lines: optional(uint),
      max_wait_time: optional(duration),
      trim_newlines: optional(bool),
    }),
  ),
  'stage.output': repeatedBlock(block({ source: required(string) })),
  'stage.pack': repeatedBlock(block({ labels: required(list(string)), ingest_timestamp: optional(bool) })),
  'stage.pattern': repeatedBlock(
    block({ pattern: required(string), source: optional(string), labels_from_groups: optional(bool) }),
  ),
  'stage.regex': repeatedBlock(
    block({ expression: required(string), source: optional(string), labels_from_groups: optional(bool) }),
  ),
  'stage.replace': repeatedBlock(
    block({ expression: required(string), source: optional(string), replace: optional(string) }),
  ),
  'stage.static_labels': repeatedBlock(block({ values: required(map(string)) })),
  'stage.structured_metadata': repeatedBlock(block({ values: optional(map(string)), regex: optional(string) })),
  'stage.structured_metadata_drop': repeatedBlock(labelKeep),
  'stage.sampling': repeatedBlock(block({ drop_counter_reason: optional(string), rate: required(float) })),
  'stage.template': repeatedBlock(block({ source: required(string), template: required(string) })),
  'stage.tenant': repeatedBlock(block({ label: optional(string), source: optional(string), value: optional(string) })),
  'stage.truncate': repeatedBlock(
    block({
      rule: requiredRepeatedBlock(
        block({
          limit: required(size),
          suffix: optional(string),
          sources: optional(list(string)),
          source_type: optional(sourceType),
        }),
      ),
    }),
  ),
  'stage.timestamp': repeatedBlock(
    block({
      source: required(string),
      format: required(string),
      fallback_formats: optional(list(string)),
      location: optional(string),
      action_on_failure: optional(string),
      action_on_duplicate_timestamp: optional(string),
    }),
  ),
  'stage.windowsevent': repeatedBlock(eventlogmessage),
};

const match: BlockSchema = block({
  selector: required(string),
  action: optional(string),
  pipeline_name: optional(string),
  drop_counter_reason: optional(string),
});

// A match holds stages, and so further matches.
stages['stage.match'] = repeatedBlock({
  get fields() {
    return { ...match.fields, ...stages };
  },
});

/** `loki.process` (Alloy 1.18 reference): checked; the engine can't run it. */
export const lokiProcessBlock = block({ forward_to: required(list(logsReceiver)), ...stages });
