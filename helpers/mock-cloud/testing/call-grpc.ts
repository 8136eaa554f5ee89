import { type ChannelCredentials, Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { ExportResponse } from '../../otlp/schema.ts';
import type { OtlpSignal } from '../ingest/otlp.ts';

/** The methods of the three collector services. */
export const EXPORT_METHODS: Readonly<Record<OtlpSignal, string>> = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
};

/** The outcome of a call: code 0 with the number of rejected items and the message about them, or another code and its text. */
export type GrpcOutcome = { readonly code: number; readonly details: string; readonly rejected?: number };

/** How a call differs from plain bytes in clear text. */
export type GrpcCallOptions = {
  readonly method?: string;
  readonly authorization?: string;
  readonly gzip?: boolean;
  readonly credentials?: ChannelCredentials;
};

const GZIP = 2;

/** Sends `body` to the `Export` of a signal at `HOST:PORT`, on a connection of its own. */
export async function callGrpc(
  address: string,
  signal: OtlpSignal,
  body: Uint8Array,
  options: GrpcCallOptions = {},
): Promise<GrpcOutcome> {
  const client = new Client(address, options.credentials ?? credentials.createInsecure(), {
    'grpc.enable_http_proxy': 0,
    'grpc.use_local_subchannel_pool': 1,
    ...(options.gzip && { 'grpc.default_compression_algorithm': GZIP }),
  });
  const metadata = new Metadata();
  if (options.authorization !== undefined) metadata.set('authorization', options.authorization);
  try {
    return await new Promise((resolve) => {
      client.makeUnaryRequest(
        options.method ?? EXPORT_METHODS[signal],
        (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
        (bytes: Buffer) => ExportResponse.decode(bytes),
        body,
        metadata,
        (error: ServiceError | null, answer) => {
          if (error !== null) return resolve({ code: error.code, details: error.details });
          const { rejected = 0n, errorMessage = '' } = answer?.partialSuccess ?? {};
          resolve({ code: 0, details: errorMessage, rejected: Number(rejected) });
        },
      );
    });
  } finally {
    client.close();
  }
}
