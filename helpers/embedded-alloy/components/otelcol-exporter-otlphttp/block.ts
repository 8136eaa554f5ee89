import { clientTls, compression, debugMetrics, retryOnFailure, sendingQueue } from '../../schema/blocks/otelcol.ts';
import { authHandler } from '../../schema/capsules.ts';
import {
  block,
  type DecodedBlock,
  defaultedBlock,
  optional,
  optionalBlock,
  required,
  requiredBlock,
} from '../../schema/schema.ts';
import { bool, duration, int, map, size, string } from '../../schema/types.ts';

const client = block({
  endpoint: required(string),
  proxy_url: optional(string),
  compression: optional(compression, 'gzip'),
  compression_params: optionalBlock(block({ level: required(int) })),
  tls: defaultedBlock(clientTls),
  read_buffer_size: optional(size),
  write_buffer_size: optional(size, 512 * 1024),
  timeout: optional(duration, 30_000),
  headers: optional(map(string), {}),
  max_idle_conns: optional(int, 100),
  max_idle_conns_per_host: optional(int),
  max_conns_per_host: optional(int),
  idle_conn_timeout: optional(duration, 90_000),
  disable_keep_alives: optional(bool),
  http2_read_idle_timeout: optional(duration),
  http2_ping_timeout: optional(duration, 15_000),
  force_attempt_http2: optional(bool, true),
  auth: optional(authHandler),
  cookies: optionalBlock(block({ enabled: optional(bool) })),
});

/** `otelcol.exporter.otlphttp` (Alloy 1.18 reference). */
export const otlpHttpExporterBlock = block(
  {
    client: requiredBlock(client),
    sending_queue: defaultedBlock(sendingQueue),
    retry_on_failure: defaultedBlock(retryOnFailure),
    debug_metrics: defaultedBlock(debugMetrics),
    traces_endpoint: optional(string),
    metrics_endpoint: optional(string),
    logs_endpoint: optional(string),
    encoding: optional(string, 'proto'),
  },
  (args) => {
    const endpoints = [args.client.endpoint, args.traces_endpoint, args.metrics_endpoint, args.logs_endpoint];
    if (endpoints.every((endpoint) => endpoint === '')) {
      return 'at least one endpoint must be specified';
    }
    return args.encoding !== 'proto' && args.encoding !== 'json' ? `invalid encoding type ${args.encoding}` : undefined;
  },
);

export type OtlpHttpExporterArgs = DecodedBlock<typeof otlpHttpExporterBlock>;
