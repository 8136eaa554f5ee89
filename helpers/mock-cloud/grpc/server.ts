import { createServer, type Socket } from 'node:net';
import * as grpc from '@grpc/grpc-js';
import { LARGEST_BODY } from '../../otlp/compression.ts';
import { DecodeError } from '../../otlp/message.ts';
import { ExportResponse } from '../../otlp/schema.ts';
import type { Credentials, Service } from '../auth/credentials.ts';
import type { Refusal } from '../auth/login.ts';
import type { Backend } from '../backend.ts';
import { count } from '../counters.ts';
import type { OtlpSignal, OtlpTaker } from '../ingest/otlp.ts';
import { otlpTakers } from '../ingest/otlp.ts';
import { hostAndPort, listen } from '../listen.ts';
import { grpcLogin } from './login.ts';
import { lineFor } from './semaphore.ts';

/** A certificate and its key, PEM. */
export type Identity = { readonly certificate: string; readonly key: string };

/** What the gRPC port needs of the mock. */
export type GrpcOptions = {
  readonly backend: Backend;
  readonly credentials: Credentials;
  readonly host: string;
  /** A free one where it is 0. */
  readonly port: number;
  /** Serves TLS where it is given, clear text otherwise. */
  readonly identity?: Identity;
  /** Hears of refused logins. */
  readonly onRefusal: (service: Service, refusal: Refusal) => void;
  /** How long a message may be on its way, in milliseconds. */
  readonly messageTimeoutMs?: number;
};

/** The open port; disposing of it closes its connections at once. */
export type GrpcPort = AsyncDisposable & { readonly address: string; readonly port: number };

const WHERE = 'OTLP/gRPC';
const MOST_CONNECTIONS = 1024;
const MOST_STREAMS_OF_A_CONNECTION = 100;
/** Each may hold {@link LARGEST_BODY} twice, packed and not. */
const MOST_MESSAGES_AT_ONCE = 4;
const MESSAGE_TIMEOUT = 10_000;

/** The collector services, by the path of their one method (OTLP 1.x, "OTLP/gRPC Request"). */
const METHODS: Readonly<Record<string, OtlpSignal>> = {
  '/opentelemetry.proto.collector.trace.v1.TraceService/Export': 'traces',
  '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export': 'metrics',
  '/opentelemetry.proto.collector.logs.v1.LogsService/Export': 'logs',
};

/**
 * Takes OTLP over gRPC, plain or gzip, into the same stores as the HTTP endpoints (OTLP 1.x, "OTLP/gRPC"). A login is
 * judged before any of the message is read: UNAUTHENTICATED with the hosted text. INVALID_ARGUMENT for a message that
 * is malformed, RESOURCE_EXHAUSTED for one over 32 MiB. Rejects with the system's error where it can't listen.
 */
export async function startGrpcPort(options: GrpcOptions): Promise<GrpcPort> {
  // Its own lines would stand between the mock's; what goes wrong is told in the answers.
  grpc.setLogVerbosity(grpc.logVerbosity.NONE);
  const { backend } = options;
  const server = new grpc.Server({
    interceptors: [admission(options)],
    'grpc.max_receive_message_length': LARGEST_BODY,
    'grpc.max_concurrent_streams': MOST_STREAMS_OF_A_CONNECTION,
    'grpc.enable_channelz': 0,
  });
  const takers = otlpTakers(backend);
  for (const [path, signal] of Object.entries(METHODS)) {
    server.addService({ Export: rawMethod(path) }, { Export: exportHandler(takers[signal], backend.say) });
  }

  const injector = server.createConnectionInjector(credentialsOf(options.identity));
  const sockets = new Set<Socket>();
  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    injector.injectConnection(socket);
  });
  listener.maxConnections = MOST_CONNECTIONS;
  const bound = await listen(listener, options.port, options.host);
  return {
    address: hostAndPort(bound),
    port: bound.port,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      server.forceShutdown();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Judges the login, then lets messages be read a few at a time, and counts how each call ended. */
function admission(options: GrpcOptions): grpc.ServerInterceptor {
  const { backend, credentials, onRefusal, messageTimeoutMs = MESSAGE_TIMEOUT } = options;
  const line = lineFor(MOST_MESSAGES_AT_ONCE);
  return ({ path }, call) => {
    let service: Service = 'otlp';
    let leave = () => {};
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
            const login = grpcLogin(header?.toString(), METHODS[path] ?? 'traces', credentials);
            service = login.service;
            if (login.refusal !== undefined) {
              onRefusal(service, login.refusal);
              end(grpc.status.UNAUTHENTICATED, login.refusal.message);
              return;
            }
            leave = line.enter(() => {
              timer = setTimeout(
                () => end(grpc.status.DEADLINE_EXCEEDED, `the message was not whole after ${messageTimeoutMs} ms`),
                messageTimeoutMs,
              );
              goOn(metadata);
            });
          },
          // Called at the end of every call, however it ended.
          onCancel() {
            clearTimeout(timer);
            leave();
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

function exportHandler(taker: OtlpTaker, say: (line: string) => void): grpc.handleUnaryCall<Buffer, Uint8Array> {
  return ({ request }, done) => {
    try {
      const { rejected, message } = taker.protobuf(request, WHERE) ?? { rejected: 0, message: '' };
      done(null, ExportResponse.encode({ partialSuccess: { rejected: BigInt(rejected), errorMessage: message } }));
    } catch (error) {
      const details = error instanceof Error ? error.message : String(error);
      const malformed = error instanceof DecodeError || error instanceof RangeError;
      if (!malformed) say(`a fault of the mock itself: ${error instanceof Error ? error.stack : details}`);
      done({ code: malformed ? grpc.status.INVALID_ARGUMENT : grpc.status.INTERNAL, details });
    }
  };
}

function credentialsOf(identity: Identity | undefined): grpc.ServerCredentials {
  if (identity === undefined) return grpc.ServerCredentials.createInsecure();
  const { certificate, key } = identity;
  return grpc.ServerCredentials.createSsl(null, [
    { cert_chain: Buffer.from(certificate), private_key: Buffer.from(key) },
  ]);
}

function rawMethod(path: string): grpc.MethodDefinition<Buffer, Uint8Array> {
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
