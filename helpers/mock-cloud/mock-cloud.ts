import type { Credentials } from './auth/credentials.ts';
import { createRefusedLogins } from './auth/refused-logins.ts';
import type { Backend } from './backend.ts';
import { createBackend } from './backend.ts';
import type { GrpcOptions, GrpcPort } from './grpc/server.ts';
import type { HttpPort } from './http/server.ts';
import { startHttpPort } from './http/server.ts';

export type MockOptions = {
  readonly credentials: Credentials;
  /** The address to listen on; loopback by default. */
  readonly host?: string;
  /** A free port where it is 0 or absent. */
  readonly port?: number;
  /** Accepts OTLP over gRPC as well: on this port (0 for a free one), over TLS if there is an identity. */
  readonly grpc?: Pick<GrpcOptions, 'port' | 'identity'>;
  /** What the stores may hold together. */
  readonly memoryBytes?: number;
  /** Receives one line each for refused logins, first arrivals and dropped data, without secrets. */
  readonly say?: (line: string) => void;
};

/** A running mock; disposing of it closes its connections at once. */
export type MockCloud = AsyncDisposable & {
  readonly url: string;
  readonly port: number;
  /** Where it accepts OTLP over gRPC (`HOST:PORT`), if it does. */
  readonly grpcAddress?: string;
  readonly backend: Backend;
};

export const DEFAULT_MEMORY_BYTES = 512 * 1024 * 1024;

/**
 * Starts a Grafana Cloud in memory: OTLP, remote write and Loki push in, the Tempo, Prometheus and Loki query APIs out,
 * each behind its own instance ID. Rejects with the system's error if it can't listen.
 */
export async function startMockCloud(options: MockOptions): Promise<MockCloud> {
  const { credentials, host = '127.0.0.1', port = 0, memoryBytes = DEFAULT_MEMORY_BYTES, say = () => {} } = options;
  const backend = createBackend(memoryBytes, say);
  const refusedLogins = createRefusedLogins(say);
  const shared = { backend, credentials, host, refusedLogins };
  // The gRPC port first: once the mock says that it is ready, all of it is.
  const grpcPort = await openGrpcPort(options.grpc, shared);
  let httpPort: HttpPort;
  try {
    httpPort = await startHttpPort({ ...shared, port });
  } catch (error) {
    await grpcPort?.[Symbol.asyncDispose]();
    throw error;
  }
  return {
    url: httpPort.url,
    port: httpPort.port,
    ...(grpcPort !== undefined && { grpcAddress: grpcPort.address }),
    backend,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([httpPort[Symbol.asyncDispose](), grpcPort?.[Symbol.asyncDispose]()]);
    },
  };
}

/** gRPC is loaded on demand: it takes more memory and time to start than everything else. */
async function openGrpcPort(
  requested: MockOptions['grpc'],
  shared: Omit<GrpcOptions, 'port' | 'identity'>,
): Promise<GrpcPort | undefined> {
  if (requested === undefined) return undefined;
  const { startGrpcPort } = await import('./grpc/server.ts');
  return startGrpcPort({ ...shared, ...requested });
}
