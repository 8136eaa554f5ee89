import {
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  setLogVerbosity,
} from '@grpc/grpc-js';
import type { SelfSigned } from '../../tls/self-signed.ts';
import { ALL_SIGNALS, SIGNALS } from '../pipeline/otlp/signals.ts';
import type { Signal } from '../schema/capsules.ts';

/** An export that a {@link RecordingGrpcServer} has received. */
export type RecordedCall = {
  readonly signal: Signal;
  readonly headers: Readonly<Record<string, string | Buffer>>;
  readonly authority: string;
  /** Decompressed. */
  readonly body: Buffer;
};

/** The answer: a message, a status, or none until the server closes (`hang`). */
export type GrpcReply =
  | 'hang'
  | Uint8Array
  | { readonly code: number; readonly details: string; readonly statusDetails?: Uint8Array };

/** An OTLP/gRPC server on loopback that records what it receives. */
export type RecordingGrpcServer = {
  /** `127.0.0.1:43210` */
  readonly address: string;
  readonly port: number;
  readonly calls: readonly RecordedCall[];
  /** Resolves once at least `count` exports have arrived. */
  readonly received: (count: number) => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

const NO_LOG = 3;

/** Starts a server that answers each export with the result of `reply`; over TLS if there is an `identity`. */
export async function startRecordingGrpcServer(
  reply: (call: RecordedCall, number: number) => GrpcReply,
  options: { readonly port?: number; readonly identity?: SelfSigned } = {},
): Promise<RecordingGrpcServer> {
  setLogVerbosity(NO_LOG);
  const calls: RecordedCall[] = [];
  let waiting: (() => void)[] = [];
  const server = new Server();
  for (const signal of ALL_SIGNALS) {
    const answer = (call: ServerUnaryCall<Buffer, Uint8Array>, done: sendUnaryData<Uint8Array>): void => {
      const recorded = { signal, headers: call.metadata.getMap(), authority: call.getHost(), body: call.request };
      calls.push(recorded);
      for (const wake of waiting.splice(0)) {
        wake();
      }
      const given = reply(recorded, calls.length);
      if (given instanceof Uint8Array) {
        done(null, given);
      } else if (given !== 'hang') {
        const metadata = new Metadata();
        if (given.statusDetails !== undefined) {
          metadata.set('grpc-status-details-bin', Buffer.from(given.statusDetails));
        }
        done({ code: given.code, details: given.details, metadata });
      }
    };
    server.addService({ Export: defineRawMethod(SIGNALS[signal].method) }, { Export: answer });
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${options.port ?? 0}`, createCredentials(options.identity), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    address: `127.0.0.1:${port}`,
    port,
    calls,
    received: async (count) => {
      while (calls.length < count) {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    [Symbol.asyncDispose]: async () => {
      waiting = [];
      server.forceShutdown();
    },
  };
}

function createCredentials(identity: SelfSigned | undefined): ServerCredentials {
  if (identity === undefined) {
    return ServerCredentials.createInsecure();
  }
  const { certificate, key } = identity;
  return ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(certificate), private_key: Buffer.from(key) }]);
}

function defineRawMethod(path: string): MethodDefinition<Buffer, Uint8Array> {
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: (message) => message,
    requestDeserialize: (bytes) => bytes,
    responseSerialize: (message) => Buffer.from(message),
    responseDeserialize: (bytes) => bytes,
  };
}
