import { describeError } from '../../language/describe-error.ts';
import { consumers, debugMetrics, serverTls } from '../../schema/blocks/otelcol.ts';
import { authHandler } from '../../schema/capsules.ts';
import {
  block,
  type DecodedBlock,
  defaultedBlock,
  optional,
  optionalBlock,
  requiredBlock,
} from '../../schema/schema.ts';
import { bool, duration, int, list, size, string, uint32 } from '../../schema/types.ts';
import { checkUrl } from '../../schema/url.ts';

const keepalive = block({
  server_parameters: defaultedBlock(
    block({
      max_connection_idle: optional(duration),
      max_connection_age: optional(duration),
      max_connection_age_grace: optional(duration),
      time: optional(duration),
      timeout: optional(duration),
    }),
    'always',
  ),
  enforcement_policy: defaultedBlock(
    block({ min_time: optional(duration), permit_without_stream: optional(bool) }),
    'always',
  ),
});

const grpc = block({
  endpoint: optional(string, '0.0.0.0:4317'),
  transport: optional(string, 'tcp'),
  tls: optionalBlock(serverTls),
  max_recv_msg_size: optional(size),
  max_concurrent_streams: optional(uint32),
  read_buffer_size: optional(size, 512 * 1024),
  write_buffer_size: optional(size),
  keepalive: defaultedBlock(keepalive, 'always'),
  auth: optional(authHandler),
  include_metadata: optional(bool),
});

const cors = block({
  allowed_origins: optional(list(string)),
  allowed_headers: optional(list(string)),
  max_age: optional(int),
});

const http = block({
  endpoint: optional(string, '0.0.0.0:4318'),
  tls: optionalBlock(serverTls),
  cors: defaultedBlock(cors, 'always'),
  auth: optional(authHandler),
  max_request_body_size: optional(size),
  include_metadata: optional(bool),
  compression_algorithms: optional(list(string), ['', 'gzip', 'zstd', 'zlib', 'snappy', 'deflate', 'lz4']),
  keep_alives_enabled: optional(bool, true),
  idle_timeout: optional(duration, 60_000),
  read_timeout: optional(duration),
  write_timeout: optional(duration, 30_000),
  read_header_timeout: optional(duration, 60_000),
  traces_url_path: optional(string, '/v1/traces'),
  metrics_url_path: optional(string, '/v1/metrics'),
  logs_url_path: optional(string, '/v1/logs'),
});

/** `otelcol.receiver.otlp` (Alloy 1.18 reference). `grpc` and `http` are undefined if their blocks are missing. */
export const otlpReceiverBlock = block(
  {
    grpc: optionalBlock(grpc),
    http: optionalBlock(http),
    debug_metrics: defaultedBlock(debugMetrics),
    output: requiredBlock(consumers),
  },
  (args) => {
    for (const name of ['traces_url_path', 'logs_url_path', 'metrics_url_path'] as const) {
      const path = args.http?.[name];
      if (path === '') {
        return `${name} cannot be empty`;
      }
      try {
        checkUrl(path ?? '/');
      } catch (error) {
        return `invalid ${name}: ${describeError(error)}`;
      }
    }
    return undefined;
  },
);

export type OtlpReceiverArgs = DecodedBlock<typeof otlpReceiverBlock>;
