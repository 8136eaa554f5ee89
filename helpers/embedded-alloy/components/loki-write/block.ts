import { httpClient } from '../../schema/blocks/http-client.ts';
import { block, optional, optionalBlock, repeatedBlock, required } from '../../schema/schema.ts';
import { bool, duration, int, map, size, string } from '../../schema/types.ts';

/** `loki.write` (Alloy 1.18 reference): checked; the engine can't run it. */
export const lokiWriteBlock = block({
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
});
