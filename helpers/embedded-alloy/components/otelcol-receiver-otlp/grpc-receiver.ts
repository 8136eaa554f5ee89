import type { MethodDefinition, ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { DecodeError } from '../../../otlp/message.ts';
import { ExportResponse } from '../../../otlp/schema.ts';
import { describeError } from '../../language/describe-error.ts';
import { describeBindError, formatAddress, parseListenAddress } from '../../pipeline/http/listen.ts';
import { readServerTls } from '../../pipeline/http/otelcol-tls.ts';
import { readProtobufBatch } from '../../pipeline/otlp/batch.ts';
import { ALL_SIGNALS, SIGNALS } from '../../pipeline/otlp/signals.ts';
import type { OtlpBatch, Signal } from '../../schema/capsules.ts';
import type { OtlpReceiverArgs } from './block.ts';
import type { BatchHandler, Listener } from './http-receiver.ts';

type GrpcArgs = NonNullable<OtlpReceiverArgs['grpc']>;
type RawMethod = MethodDefinition<Buffer, Uint8Array>;

const MEBIBYTE = 1024 * 1024;
const DEFAULT_MAX_MESSAGE_BYTES = 4 * MEBIBYTE;
/** Each stream may hold a whole message; a client with more requests waits for its turn. */
const DEFAULT_MAX_STREAMS = 32;

/** Alloy passes the limit on in whole MiB; none is the default. */
function floorToMebibytes(bytes: number): number {
  return Math.floor(bytes / MEBIBYTE) * MEBIBYTE;
}

/**
 * Serves OTLP/gRPC (OTLP 1.x, "OTLP/gRPC"): `Export` of each signal that `accept` has a consumer for, on the bytes of
 * the message, plain or gzip; any other is unimplemented. A message larger than `max_recv_msg_size` is refused by its
 * declared length.
 * @throws Error with Go's message when the port can't be bound
 */
export async function startGrpcReceiver(
  args: GrpcArgs,
  accept: Readonly<Record<Signal, BatchHandler | undefined>>,
): Promise<Listener> {
  const grpc = await import('@grpc/grpc-js');
  // grpc-js would write lines of its own format between Alloy's; the component reports the errors.
  grpc.setLogVerbosity(grpc.logVerbosity.NONE);
  const server = new grpc.Server({
    'grpc.max_receive_message_length': floorToMebibytes(args.max_recv_msg_size) || DEFAULT_MAX_MESSAGE_BYTES,
    'grpc.enable_channelz': 0,
    'grpc.max_concurrent_streams': args.max_concurrent_streams > 0 ? args.max_concurrent_streams : DEFAULT_MAX_STREAMS,
    ...buildKeepaliveOptions(args.keepalive.server_parameters),
  });

  for (const signal of ALL_SIGNALS) {
    const { method } = SIGNALS[signal];
    const consumer = accept[signal];
    const answer = (call: ServerUnaryCall<Buffer, Uint8Array>, done: sendUnaryData<Uint8Array>): void => {
      if (consumer === undefined) {
        done({ code: grpc.status.UNIMPLEMENTED, details: `unknown service ${method.split('/')[1]}` });
        return;
      }
      forward(signal, consumer, call.request).then(
        () => done(null, ExportResponse.encode({ partialSuccess: { rejected: 0n, errorMessage: '' } })),
        (error: unknown) => {
          const details = describeError(error);
          done(
            error instanceof DecodeError
              ? { code: grpc.status.INTERNAL, details: `grpc: error unmarshalling request: ${details}` }
              : { code: grpc.status.UNAVAILABLE, details },
          );
        },
      );
    };
    server.addService({ Export: defineRawMethod(method) }, { Export: answer });
  }

  const address = parseListenAddress(args.endpoint);
  const tls = args.tls === undefined ? undefined : readServerTls(args.tls);
  const credentials =
    tls === undefined
      ? grpc.ServerCredentials.createInsecure()
      : grpc.ServerCredentials.createSsl(
          tls.ca === undefined ? null : Buffer.from(tls.ca),
          [{ cert_chain: Buffer.from(tls.cert ?? ''), private_key: Buffer.from(tls.key ?? '') }],
          tls.requestCert,
        );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(formatAddress(address), credentials, (error, bound) =>
      error === null ? resolve(bound) : reject(describeBindError(address, error)),
    );
  });

  return {
    address: formatAddress({ host: address.host, port }),
    stop: async (graceMs) => {
      const force = setTimeout(() => server.forceShutdown(), graceMs);
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      clearTimeout(force);
    },
  };
}

async function forward(signal: Signal, accept: BatchHandler, message: Buffer): Promise<void> {
  const batch: OtlpBatch = readProtobufBatch(signal, message);
  await accept(batch);
}

function defineRawMethod(path: string): RawMethod {
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: (message) => message,
    requestDeserialize: (bytes) => bytes,
    responseSerialize: (message) => Buffer.from(message.buffer, message.byteOffset, message.length),
    responseDeserialize: (bytes) => bytes,
  };
}

function buildKeepaliveOptions(parameters: GrpcArgs['keepalive']['server_parameters']): Record<string, number> {
  const options = {
    'grpc.max_connection_idle_ms': parameters.max_connection_idle,
    'grpc.max_connection_age_ms': parameters.max_connection_age,
    'grpc.max_connection_age_grace_ms': parameters.max_connection_age_grace,
    'grpc.keepalive_time_ms': parameters.time,
    'grpc.keepalive_timeout_ms': parameters.timeout,
  };
  return Object.fromEntries(Object.entries(options).filter(([, milliseconds]) => milliseconds > 0));
}
