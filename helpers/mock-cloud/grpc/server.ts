import { createServer, type Server, type Socket } from 'node:net';
import * as grpc from '@grpc/grpc-js';
import { MAX_BODY_BYTES } from '../../otlp/compression.ts';
import { DecodeError } from '../../otlp/message.ts';
import { ExportResponse } from '../../otlp/schema.ts';
import type { Credentials, Service } from '../auth/credentials.ts';
import type { RefusedLogins } from '../auth/refused-logins.ts';
import { createOtlpReceivers, type OtlpReceiver, type OtlpSignal } from '../ingest/otlp.ts';
import { type Backend, count } from '../store/backend.ts';
import { checkGrpcLogin } from './login.ts';
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

/** The collector services, by the path of their only method (OTLP 1.x, "OTLP/gRPC Request"). */
const METHODS: Readonly<Record<string, OtlpSignal>> = {
  '/opentelemetry.proto.collector.trace.v1.TraceService/Export': 'traces',
  '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export': 'metrics',
  '/opentelemetry.proto.collector.logs.v1.LogsService/Export': 'logs',
};

/**
 * Creates a server that receives OTLP over gRPC, plain or gzip, into the same stores as the HTTP endpoints (OTLP 1.x,
 * "OTLP/gRPC"). The login is checked before anything of the message is read: UNAUTHENTICATED with the hosted text.
 * INVALID_ARGUMENT for a malformed message, RESOURCE_EXHAUSTED for one over 32 MiB.
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
  const receivers = createOtlpReceivers(backend);
  for (const [path, signal] of Object.entries(METHODS)) {
    const handler = createExportHandler(receivers[signal], backend.say);
    grpcServer.addService({ Export: defineRawMethod(path) }, { Export: handler });
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
  const { backend, credentials, refusedLogins, messageTimeoutMs = MESSAGE_TIMEOUT_MS } = options;
  const messages = createSemaphore(MAX_CONCURRENT_MESSAGES);
  return ({ path }, call) => {
    let service: Service = 'otlp';
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
            const login = checkGrpcLogin(header?.toString(), METHODS[path] ?? 'traces', credentials);
            service = login.service;
            if (login.refusal !== undefined) {
              refusedLogins.add(service, login.refusal, Date.now());
              end(grpc.status.UNAUTHENTICATED, login.refusal.message);
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
            count(backend.counters.rpcs, `${service} ${code ?? 'none'}`);
          },
        }),
      sendStatus(status, next) {
        code = grpc.status[status.code ?? grpc.status.OK];
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

function defineRawMethod(path: string): grpc.MethodDefinition<Buffer, Uint8Array> {
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
