import type { ChannelCredentials, ChannelOptions, Client, Metadata, ServiceError } from '@grpc/grpc-js';
import { ExportResponse } from '../../../otlp/schema.ts';
import { userAgent } from '../../identity.ts';
import { describeError } from '../../language/describe-error.ts';
import { readClientTls } from '../../pipeline/http/otelcol-tls.ts';
import { isTruncated } from '../../pipeline/otlp/batch.ts';
import { ExportError } from '../../pipeline/otlp/export-error.ts';
import type { ExporterParts } from '../../pipeline/otlp/exporter.ts';
import { warnAboutPartialSuccess } from '../../pipeline/otlp/exporter.ts';
import { SIGNALS } from '../../pipeline/otlp/signals.ts';
import { STATUS_NAMES } from '../../pipeline/otlp/status.ts';
import type { OtlpBatch } from '../../schema/capsules.ts';
import type { Logger } from '../../schema/component.ts';
import { formatDuration } from '../../schema/duration.ts';
import type { OtlpExporterArgs } from './block.ts';
import { chooseSecurity, formatDialTarget } from './endpoint.ts';
import { formatAsGo } from './go-errors.ts';
import { readRetryDelay } from './retry-info.ts';

type Grpc = typeof import('@grpc/grpc-js');

/** The codes that may be retried (OTLP 1.x, "OTLP/gRPC Response"). */
const RETRYABLE: readonly number[] = [1, 4, 10, 11, 14, 15];
/** Retryable only if the server says when. */
const RESOURCE_EXHAUSTED = 8;
const GZIP = 2;
/** Go's gRPC does not ping more often. */
const MIN_PING_WAIT_MS = 10_000;

/**
 * Calls `Export` of the collector service for a batch (OTLP 1.x, "OTLP/gRPC"). `open` connects; it rejects with Alloy's
 * message for what Alloy refuses to start with: credentials without TLS, a compression that gRPC does not support,
 * unreadable files. Errors carry Alloy's message and are retryable where they are in Alloy. Proxies from the
 * environment are not used.
 */
export function createGrpcPush(
  args: OtlpExporterArgs,
  log: Logger,
): Pick<ExporterParts, 'push' | 'close'> & { readonly open: () => Promise<void> } {
  const { client: settings } = args;
  let client: Client | undefined;
  let headers: Metadata | undefined;

  const open = async (): Promise<void> => {
    if (!['', 'none', 'gzip'].includes(settings.compression)) {
      throw new Error(`unsupported compression type ${JSON.stringify(settings.compression)}`);
    }
    const grpc = await import('@grpc/grpc-js');
    // grpc-js would write lines of its own format between Alloy's; the component reports the errors.
    grpc.setLogVerbosity(grpc.logVerbosity.NONE);
    const credentials = createCredentials(grpc, settings);
    if (settings.auth !== undefined && chooseSecurity(settings) === 'none') {
      throw new Error(
        'grpc: the credentials require transport level security (use grpc.WithTransportCredentials() to set)',
      );
    }
    headers = new grpc.Metadata({ waitForReady: settings.wait_for_ready });
    const target = formatDialTarget(settings.endpoint);
    if (target !== undefined) {
      client = new grpc.Client(target, credentials, buildChannelOptions(settings));
      // Connects before there is data to send, as Alloy does.
      client.getChannel().getConnectivityState(true);
    }
  };

  const push = async ({ signal, body }: OtlpBatch): Promise<void> => {
    if (client === undefined || headers === undefined) {
      throw createFailure(14, 'delegating_resolver: invalid target address "": missing address');
    }
    const metadata = headers.clone();
    addAll(metadata, { ...lowerCaseNames(settings.headers), ...settings.auth?.() });
    const deadline = args.timeout > 0 ? Date.now() + args.timeout : Number.POSITIVE_INFINITY;
    const answer = await call(client, SIGNALS[signal].method, body, metadata, deadline);
    const { partialSuccess } = decodeAnswer(answer);
    if (partialSuccess !== undefined) {
      const { errorMessage, rejected } = partialSuccess;
      warnAboutPartialSuccess(log, signal, { message: errorMessage, dropped: Number(rejected) });
    }
  };

  return { open, push, close: async () => client?.close() };
}

function createCredentials(grpc: Grpc, settings: OtlpExporterArgs['client']): ChannelCredentials {
  const security = chooseSecurity(settings);
  if (security === 'none') {
    return grpc.credentials.createInsecure();
  }
  if (security === 'default') {
    return grpc.credentials.createSsl();
  }
  const { ca, key, cert, rejectUnauthorized } = readClientTls(settings.tls);
  return grpc.credentials.createSsl(toBuffer(ca), toBuffer(key), toBuffer(cert), { rejectUnauthorized });
}

function toBuffer(text: string | undefined): Buffer | null {
  return text === undefined ? null : Buffer.from(text);
}

function buildChannelOptions(settings: OtlpExporterArgs['client']): ChannelOptions {
  const { authority, balancer_name: balancer, compression, keepalive, tls } = settings;
  const name = authority === '' ? tls.server_name : authority;
  return {
    'grpc.primary_user_agent': userAgent,
    'grpc.enable_http_proxy': 0,
    'grpc.enable_channelz': 0,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.service_config_disable_resolution': 1,
    ...(balancer === 'round_robin' && { 'grpc.service_config': '{"loadBalancingConfig":[{"round_robin":{}}]}' }),
    ...(compression === 'gzip' && { 'grpc.default_compression_algorithm': GZIP }),
    ...(name !== '' && { 'grpc.default_authority': name }),
    ...(tls.server_name !== '' && { 'grpc.ssl_target_name_override': tls.server_name }),
    ...(keepalive !== undefined && {
      'grpc.keepalive_time_ms': Math.max(keepalive.ping_wait, MIN_PING_WAIT_MS),
      ...(keepalive.ping_response_timeout > 0 && { 'grpc.keepalive_timeout_ms': keepalive.ping_response_timeout }),
      'grpc.keepalive_permit_without_calls': keepalive.ping_without_stream ? 1 : 0,
    }),
  };
}

function lowerCaseNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function addAll(metadata: Metadata, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[0-9a-z_.-]+$/.test(name)) {
      throw createFailure(13, `header key ${JSON.stringify(name)} contains illegal characters not in [0-9a-z-_.]`);
    }
    const binary = name.endsWith('-bin');
    if (!binary && /[^ -~]/.test(value)) {
      throw createFailure(13, `header key ${JSON.stringify(name)} contains value with non-printable ASCII characters`);
    }
    metadata.set(name, binary ? Buffer.from(value) : value);
  }
}

function call(
  client: Client,
  method: string,
  body: Uint8Array,
  metadata: Metadata,
  deadline: number,
): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      method,
      (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      (bytes: Buffer) => bytes,
      body,
      metadata,
      { deadline },
      (error: ServiceError | null, answer) => (error === null ? resolve(answer) : reject(readFailure(error))),
    );
  });
}

function readFailure({ code, details, metadata }: ServiceError): ExportError {
  return createFailure(code, formatAsGo(details), readRetryDelay(metadata));
}

function createFailure(code: number, details: string, retryDelayMs?: number): ExportError {
  const type = STATUS_NAMES[code] ?? `Code(${code})`;
  const message = `rpc error: code = ${type} desc = ${details}`;
  if (!RETRYABLE.includes(code) && !(code === RESOURCE_EXHAUSTED && retryDelayMs !== undefined)) {
    return new ExportError(`Permanent error: ${message}`, { permanent: true, type });
  }
  return retryDelayMs === undefined || retryDelayMs === 0
    ? new ExportError(message, { type })
    : new ExportError(`Throttle (${formatDuration(retryDelayMs)}), error: ${message}`, {
        type,
        retryAfterMs: retryDelayMs,
      });
}

function decodeAnswer(answer: Buffer | undefined): ExportResponse {
  try {
    return ExportResponse.decode(answer ?? Buffer.alloc(0));
  } catch (error) {
    const reason = isTruncated(error) ? 'unexpected EOF' : describeError(error);
    throw createFailure(13, `grpc: failed to unmarshal the received message: ${reason}`);
  }
}
