import { quote } from '../../language/syntax/quote.ts';
import { otelcolConsumer, storageHandler } from '../capsules.ts';
import { block, optional, optionalBlock } from '../schema.ts';
import { bool, choice, duration, float, int, list, secret, string } from '../types.ts';

/** `output` of an `otelcol.*` component: the consumers of each signal. */
export const consumers = block({
  metrics: optional(list(otelcolConsumer)),
  logs: optional(list(otelcolConsumer)),
  traces: optional(list(otelcolConsumer)),
});

/** `debug_metrics` of every `otelcol.*` component. `level` no longer has an effect. */
export const debugMetrics = block({
  disable_high_cardinality_metrics: optional(bool, true),
  level: optional(
    choice(['none', 'basic', 'normal', 'detailed'], 'detailed', (text) => `unrecognized debug level ${quote(text)}`),
  ),
});

/** `compression` of an `otelcol.exporter.*` client. */
export const compression = choice(
  ['gzip', 'zlib', 'deflate', 'snappy', 'zstd', 'none', ''],
  '',
  (text) => `unrecognized compression type ${quote(text)}`,
);

/** `retry_on_failure` of an `otelcol.exporter.*` component. */
export const retryOnFailure = block(
  {
    enabled: optional(bool, true),
    initial_interval: optional(duration, 5_000),
    randomization_factor: optional(float, 0.5),
    multiplier: optional(float, 1.5),
    max_interval: optional(duration, 30_000),
    max_elapsed_time: optional(duration, 300_000),
  },
  (args) => {
    if (args.multiplier <= 1) {
      return 'multiplier must be greater than 1.0';
    }
    return args.randomization_factor < 0 ? 'randomization_factor must be greater or equal to 0' : undefined;
  },
);

const sizers = ['bytes', 'items', 'requests'];

const queueBatch = block(
  {
    flush_timeout: optional(duration, 200),
    min_size: optional(int, 2000),
    max_size: optional(int, 3000),
    sizer: optional(string, 'items'),
  },
  (args) => {
    if (args.sizer !== 'items' && args.sizer !== 'bytes') {
      return '`batch` supports only `items` or `bytes` sizer';
    }
    if (args.flush_timeout <= 0) {
      return '`flush_timeout` must be positive';
    }
    if (args.min_size < 0) {
      return '`min_size` must be non-negative';
    }
    if (args.max_size < 0) {
      return '`max_size` must be non-negative';
    }
    return args.max_size > 0 && args.max_size < args.min_size
      ? '`max_size` must be greater or equal to `min_size`'
      : undefined;
  },
);

/** `sending_queue` of an `otelcol.exporter.*` component. */
export const sendingQueue = block(
  {
    enabled: optional(bool, true),
    num_consumers: optional(int, 10),
    queue_size: optional(int, 1000),
    block_on_overflow: optional(bool),
    sizer: optional(string, 'requests'),
    wait_for_result: optional(bool),
    batch: optionalBlock(queueBatch),
    storage: optional(storageHandler),
  },
  (args) => {
    if (!args.enabled) {
      return undefined;
    }
    if (args.queue_size <= 0) {
      return 'queue_size must be greater than zero';
    }
    if (!sizers.includes(args.sizer)) {
      return `invalid sizer: ${args.sizer}`;
    }
    return args.batch?.sizer === args.sizer && args.batch.min_size > args.queue_size
      ? '`min_size` must be less than or equal to `queue_size`'
      : undefined;
  },
);

const tpm = block({
  enabled: optional(bool),
  path: optional(string),
  owner_auth: optional(string),
  auth: optional(string),
});

const tls = {
  ca_pem: optional(string),
  ca_file: optional(string),
  cert_pem: optional(string),
  cert_file: optional(string),
  key_pem: optional(secret),
  key_file: optional(string),
  min_version: optional(string),
  max_version: optional(string),
  reload_interval: optional(duration),
  cipher_suites: optional(list(string)),
  include_system_ca_certs_pool: optional(bool),
  curve_preferences: optional(list(string)),
  tpm: optionalBlock(tpm),
};

/** `tls` of a component that listens (Alloy reference, `otelcol.receiver.otlp`, "tls"). */
export const serverTls = block({ ...tls, client_ca_file: optional(string) });

/** `tls` of a component that connects (Alloy reference, `otelcol.exporter.otlphttp`, "tls"). */
export const clientTls = block({
  ...tls,
  insecure: optional(bool),
  insecure_skip_verify: optional(bool),
  server_name: optional(string),
});
