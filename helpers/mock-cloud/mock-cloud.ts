import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import type { Credentials } from './auth/credentials.ts';
import { createRefusedLogins } from './auth/refused-logins.ts';
import type { GrpcOptions, GrpcServer } from './grpc/server.ts';
import { createHttpServer } from './http/server.ts';
import { createRefusalReporter } from './ingest/refusal-reporter.ts';
import { type Backend, createBackend } from './store/backend.ts';

/** How a mock is started. */
export type MockOptions = {
  readonly credentials: Credentials;
  /** The address to listen on; loopback by default. */
  readonly host?: string;
  /** A free port if it is 0 or absent. */
  readonly port?: number;
  /** Receives traces over gRPC as well, as Tempo does: on this port (0 for a free one), over TLS if there is an identity. */
  readonly grpc?: { readonly port: number } & Pick<GrpcOptions, 'identity' | 'messageTimeoutMs'>;
  /** The maximum size of the stored data; above it the oldest is dropped. */
  readonly memoryBytes?: number;
  /** Receives one line each for refused requests, first arrivals and dropped data, without secrets. */
  readonly say?: (line: string) => void;
  /** The clock that the age limits of samples and log lines go by, in milliseconds since the epoch; the system's by default. */
  readonly now?: () => number;
};

/** A running mock; disposing of it closes its connections at once. */
export type MockCloud = AsyncDisposable & {
  readonly url: string;
  readonly port: number;
  /** Where it receives traces over gRPC (`HOST:PORT`), if it does. */
  readonly grpcAddress?: string;
  readonly backend: Backend;
};

/** How much the stores may hold unless another limit is set. */
export const DEFAULT_MEMORY_BYTES = 512 * 1024 * 1024;

/**
 * Starts a Grafana Cloud in memory: OTLP, remote write and Loki push in, the Tempo, Prometheus and Loki query APIs out,
 * each behind its own instance ID. Rejects with the system's error if it can't listen.
 */
export async function startMockCloud(options: MockOptions): Promise<MockCloud> {
  const { credentials, host = '127.0.0.1', port = 0, memoryBytes = DEFAULT_MEMORY_BYTES } = options;
  const { say = () => {}, now = Date.now } = options;
  const backend = createBackend(memoryBytes, say, now);
  const report = createRefusalReporter(say, credentials.token, Date.now);
  const shared = { backend, credentials, report, refusedLogins: createRefusedLogins(report) };
  const http = createHttpServer(shared);
  const grpc = options.grpc && (await loadGrpcServer({ ...shared, ...options.grpc }));
  const close = async () => {
    await Promise.all([http[Symbol.asyncDispose](), grpc?.[Symbol.asyncDispose]()]);
  };
  try {
    // The gRPC port first: once the mock says that it is ready, all of it is.
    const grpcBound = grpc && (await listen(grpc.server, options.grpc?.port ?? 0, host));
    const bound = await listen(http.server, port, host);
    return {
      url: `http://${formatAddress(bound)}`,
      port: bound.port,
      ...(grpcBound !== undefined && { grpcAddress: formatAddress(grpcBound) }),
      backend,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** gRPC is loaded on demand: it takes more memory and time to start than everything else. */
async function loadGrpcServer(options: GrpcOptions): Promise<GrpcServer> {
  const { createGrpcServer } = await import('./grpc/server.ts');
  return createGrpcServer(options);
}

async function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  await once(server.listen(port, host), 'listening');
  return server.address() as AddressInfo;
}

/** `HOST:PORT`, with an IPv6 host in brackets. */
function formatAddress({ address, family, port }: AddressInfo): string {
  return `${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
