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
import { bool, duration, map, size, string } from '../../schema/types.ts';

const keepalive = block({
  ping_wait: optional(duration),
  ping_response_timeout: optional(duration),
  ping_without_stream: optional(bool),
});

const client = block({
  endpoint: required(string),
  compression: optional(compression, 'gzip'),
  tls: defaultedBlock(clientTls),
  keepalive: optionalBlock(keepalive),
  read_buffer_size: optional(size),
  write_buffer_size: optional(size, 512 * 1024),
  wait_for_ready: optional(bool),
  headers: optional(map(string), {}),
  balancer_name: optional(string, 'round_robin'),
  authority: optional(string),
  auth: optional(authHandler),
});

/** `otelcol.exporter.otlp` (Alloy 1.18 reference). */
export const otlpExporterBlock = block({
  timeout: optional(duration, 5_000),
  sending_queue: defaultedBlock(sendingQueue),
  retry_on_failure: defaultedBlock(retryOnFailure),
  debug_metrics: defaultedBlock(debugMetrics),
  client: requiredBlock(client),
});

export type OtlpExporterArgs = DecodedBlock<typeof otlpExporterBlock>;
