import { createServer, type Server, type Socket } from 'node:net';
import * as grpc from '@grpc/grpc-js';
import { MAX_BODY_BYTES } from '../../otlp/compression.ts';
import { DecodeError } from '../../otlp/message.ts';
import { ExportResponse } from '../../otlp/schema.ts';
import type { Credentials } from '../auth/credentials.ts';
import { checkLogin } from '../auth/login.ts';
import type { RefusedLogins } from '../auth/refused-logins.ts';
import { createOtlpReceivers, type OtlpReceiver } from '../ingest/otlp.ts';
import type { RefusalReporter } from '../ingest/refusal-reporter.ts';
import { type Backend, count } from '../store/backend.ts';
import { createSemaphore } from './semaphore.ts';

/** A certificate and its key, PEM. */
export type Identity = { readonly certificate: string; readonly key: string };

/** What the gRPC server needs of the mock. */
export type GrpcOptions = {
  readonly backend: Backend;
  readonly credentials: Credentials;
  /** Serves TLS with it; without it, clear text. */
  readonly identity?: Identity;
  readonly refusedLogins: RefusedLogins;
  readonly report: RefusalReporter;
  /** How long the transfer of a message may take, in milliseconds. */
  readonly messageTimeoutMs?: number;
};

/** A server that doesn't listen yet; disposing of it closes its connections at once. */
export type GrpcServer = AsyncDisposable & { readonly server: Server };

const WHERE = 'OTLP/gRPC';
const MAX_CONNECTIONS = 1024;
const MAX_STREAMS_PER_CONNECTION = 100;
/** Each may take twice {@link MAX_BODY_BYTES}, compressed and decompressed. */
const MAX_CONCURRENT_MESSAGES = 4;
const MESSAGE_TIMEOUT_MS = 10_000;

/** The collector services (OTLP 1.x, "OTLP/gRPC Request"): the one that Tempo has, and those that it hasn't. */
const TRACE_SERVICE = 'opentelemetry.proto.collector.trace.v1.TraceService';
const MISSING_SERVICES = [
  'opentelemetry.proto.collector.metrics.v1.MetricsService',
  'opentelemetry.proto.collector.logs.v1.LogsService',
];

/**
 * Creates the gRPC endpoint of Tempo: traces, plain or gzip, into the same store as over HTTP (OTLP 1.x, "OTLP/gRPC"),
 * with Tempo's instance ID. As in the hosted stack nothing else speaks gRPC: metrics and logs are UNIMPLEMENTED. The login
 * is checked before anything of the message is read: UNAUTHENTICATED with the hosted text. INVALID_ARGUMENT for a
 * malformed message, RESOURCE_EXHAUSTED for one over 32 MiB.
 */
export function createGrpcServer(options: GrpcOptions): GrpcServer {
  // The library would print its own lines between the mock's; the answers say what went wrong.
  grpc.setLogVerbosity(grpc.logVerbosity.NONE);
  const { backend } = options;
  const grpcServer = new grpc.Server({
    interceptors: [createInterceptor(options)],
    'grpc.max_receive_message_length': MAX_BODY_BYTES,
    'grpc.max_concurrent_streams': MAX_STREAMS_PER_CONNECTION,
    'grpc.enable_channelz': 0,
  });
  const handler = createExportHandler(createOtlpReceivers(backend).traces, backend.say);
  grpcServer.addService({ Export: defineRawMethod(TRACE_SERVICE) }, { Export: handler });
  for (const service of MISSING_SERVICES) {
    // Tempo's words; those of the library here would be others.
    const refusal = { code: grpc.status.UNIMPLEMENTED, details: `unknown service ${service}` };
    const refuse: grpc.handleUnaryCall<Buffer, Uint8Array> = (_, done) => done(refusal);
    grpcServer.addService({ Export: defineRawMethod(service) }, { Export: refuse });
  }

  const injector = grpcServer.createConnectionInjector(createServerCredentials(options.identity));
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    injector.injectConnection(socket);
  });
  server.maxConnections = MAX_CONNECTIONS;
  return {
    server,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      grpcServer.forceShutdown();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Checks the login, then lets a few messages be read at a time, and counts how each call ended. */
function createInterceptor(options: GrpcOptions): grpc.ServerInterceptor {
  const { backend, credentials, refusedLogins, report, messageTimeoutMs = MESSAGE_TIMEOUT_MS } = options;
  const messages = createSemaphore(MAX_CONCURRENT_MESSAGES);
  return ({ path }, call) => {
    let release = () => {};
    let timer: NodeJS.Timeout | undefined;
    let code: string | undefined;
    const end = (status: grpc.status, details: string) => {
      code = grpc.status[status];
      call.sendStatus({ code: status, details });
    };
    return new grpc.ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata(metadata, goOn) {
            const [header] = metadata.get('authorization');
            const refusal = checkLogin(header?.toString(), 'tempo', credentials);
            if (refusal !== undefined) {
              refusedLogins.add('tempo', refusal, backend.now());
              end(grpc.status.UNAUTHENTICATED, refusal.message);
              return;
            }
            release = messages.acquire(() => {
              timer = setTimeout(
                () => end(grpc.status.DEADLINE_EXCEEDED, `the message was not complete after ${messageTimeoutMs} ms`),
                messageTimeoutMs,
              );
              goOn(metadata);
            });
          },
          // Called at the end of every call, however it ended.
          onCancel() {
            clearTimeout(timer);
            release();
            count(backend.counters.rpcs, `tempo ${code ?? 'none'}`);
          },
        }),
      sendStatus(status, next) {
        code = grpc.status[status.code ?? grpc.status.OK];
        if (code !== 'OK') report(`${code} ${path}`, `refused ${path} over gRPC with ${code}: ${status.details}`);
        next(status);
      },
    });
  };
}

function createExportHandler(
  receiver: OtlpReceiver,
  say: (line: string) => void,
): grpc.handleUnaryCall<Buffer, Uint8Array> {
  return ({ request }, done) => {
    try {
      const { rejected, message } = receiver.receiveProtobuf(request, WHERE) ?? { rejected: 0, message: '' };
      done(null, ExportResponse.encode({ partialSuccess: { rejected: BigInt(rejected), errorMessage: message } }));
    } catch (error) {
      const details = error instanceof Error ? error.message : String(error);
      const isMalformed = error instanceof DecodeError || error instanceof RangeError;
      if (!isMalformed) say(`internal error of the mock: ${error instanceof Error ? error.stack : details}`);
      done({ code: isMalformed ? grpc.status.INVALID_ARGUMENT : grpc.status.INTERNAL, details });
    }
  };
}

function createServerCredentials(identity: Identity | undefined): grpc.ServerCredentials {
  if (identity === undefined) return grpc.ServerCredentials.createInsecure();
  const { certificate, key } = identity;
  return grpc.ServerCredentials.createSsl(null, [
    { cert_chain: Buffer.from(certificate), private_key: Buffer.from(key) },
  ]);
}

function defineRawMethod(service: string): grpc.MethodDefinition<Buffer, Uint8Array> {
  return {
    path: `/${service}/Export`,
    requestStream: false,
    responseStream: false,
    requestSerialize: (message) => message,
    requestDeserialize: (bytes) => bytes,
    responseSerialize: (message) => Buffer.from(message.buffer, message.byteOffset, message.length),
    responseDeserialize: (bytes) => bytes,
  };
}
