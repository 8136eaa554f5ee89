import { quote } from '../language/syntax/quote.ts';
import { httpClient } from '../schema/blocks/http-client.ts';
import { relabelRule } from '../schema/blocks/relabel-rule.ts';
import { logsReceiver } from '../schema/capsules.ts';
import {
  type BlockSchema,
  block,
  type Field,
  optional,
  optionalBlock,
  repeatedBlock,
  required,
  requiredRepeatedBlock,
} from '../schema/schema.ts';
import { bool, choice, duration, float, int, list, map, size, string, target, uint } from '../schema/types.ts';

const eventlogmessage = block({
  source: optional(string),
  drop_invalid_labels: optional(bool),
  overwrite_existing: optional(bool),
});

const labelKeep = block({ values: required(list(string)) });

const sourceType = choice(
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

// A match contains stages, and so further matches.
stages['stage.match'] = repeatedBlock({
  get fields() {
    return { ...match.fields, ...stages };
  },
});

const compressionFormat = choice(
  ['gz', 'z', 'bz2'],
  '',
  (text) => `unsupported compression format: ${quote(text)} - please use one of "gz, z, bz2"`,
);

const onPositionsFileError = choice(
  ['skip', 'restart_from_end', 'restart_from_beginning'],
  '',
  (text) => `unknown OnPositionsFileError value: ${text}`,
);

/** The blocks of the `loki.*` components that are checked but not run (Alloy 1.18 reference), by component name. */
export const blocks: Readonly<Record<string, BlockSchema>> = {
  'loki.echo': block({}),
  'loki.process': block({ forward_to: required(list(logsReceiver)), ...stages }),
  'loki.relabel': block({
    forward_to: required(list(logsReceiver)),
    rule: repeatedBlock(relabelRule),
    max_cache_size: optional(int),
  }),
  'loki.source.file': block({
    targets: required(list(target)),
    forward_to: required(list(logsReceiver)),
    encoding: optional(string),
    decompression: optionalBlock(
      block({ enabled: required(bool), initial_delay: optional(duration), format: required(compressionFormat) }),
    ),
    file_watch: optionalBlock(
      block({ min_poll_frequency: optional(duration), max_poll_frequency: optional(duration) }),
    ),
    file_match: optionalBlock(
      block({ enabled: optional(bool), sync_period: optional(duration), ignore_older_than: optional(duration) }),
    ),
    tail_from_end: optional(bool),
    legacy_positions_file: optional(string),
    on_positions_file_error: optional(onPositionsFileError),
  }),
  'loki.write': block({
    endpoint: repeatedBlock(
      block({
        name: optional(string),
        url: required(string),
        batch_wait: optional(duration),
        batch_size: optional(size),
        remote_timeout: optional(duration),
        headers: optional(map(string)),
        min_backoff_period: optional(duration),
        max_backoff_period: optional(duration),
        max_backoff_retries: optional(int),
        tenant_id: optional(string),
        retry_on_http_429: optional(bool),
        ...httpClient,
        queue_config: optionalBlock(
          block({
            capacity: optional(size),
            min_shards: optional(int),
            drain_timeout: optional(duration),
            block_on_overflow: optional(bool),
          }),
        ),
      }),
    ),
    external_labels: optional(map(string)),
    max_streams: optional(int),
    wal: optionalBlock(
      block({
        enabled: optional(bool),
        max_segment_age: optional(duration),
        min_read_frequency: optional(duration),
        max_read_frequency: optional(duration),
        drain_timeout: optional(duration),
      }),
    ),
  }),
};
