import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makePartDirectory, type PartContext, type PartPlan, processOf } from '../owned/part.ts';
import { baseEnvironment } from './base-environment.ts';
import { mustAnswer } from './http-probe.ts';

const program = fileURLToPath(new URL('../../mock-cloud/main.ts', import.meta.url));

/** How the mock takes OTLP over gRPC: a real Alloy sends a login over TLS only. */
export type CloudGrpc = 'none' | 'clear text' | 'tls';

/** How the mock Grafana Cloud is set up. */
export type CloudOptions = {
  /** Says whose stack the mock at `url` is, by the `GRAFANA_CLOUD_*` variables. */
  readonly environment: (url: string) => Readonly<Record<string, string>>;
  readonly grpc: CloudGrpc;
  /** The address that it listens on: 127.0.0.1, unless Alloy can't reach that. */
  readonly host?: string;
};

/** Plans the mock Grafana Cloud as a process of this machine. */
export async function planCloud(
  context: PartContext,
  { environment, grpc, host = '127.0.0.1' }: CloudOptions,
): Promise<PartPlan> {
  const { run, ports, logPath } = context;
  const port = await ports.next();
  const directory = await makePartDirectory(run, 'cloud');
  const url = `http://${host}:${port}`;
  const grpcPort = grpc === 'none' ? undefined : await ports.next();
  const certificate = grpc === 'tls' ? join(directory, 'certificate.pem') : undefined;
  const command = {
    file: process.execPath,
    args: [
      // What a run sends is little: small nurseries are enough, and take 30 MiB less.
      '--max-semi-space-size=2',
      program,
      ...['--host', host, '--port', String(port)],
      ...(grpcPort === undefined ? [] : ['--grpc-port', String(grpcPort)]),
      ...(certificate === undefined ? [] : ['--grpc-tls', certificate]),
    ],
    environment: { ...baseEnvironment(directory), ...environment(url) },
    cwd: directory,
  };
  return {
    part: 'cloud',
    title: 'the mock Grafana Cloud',
    endpoints: {
      cloud: {
        url,
        logFile: logPath,
        ...(grpcPort !== undefined && { grpcAddress: `${host}:${grpcPort}` }),
        ...(certificate !== undefined && { certificate }),
      },
    },
    prepare: async () => {},
    launch: processOf('the mock Grafana Cloud', command, context),
    probe: () => mustAnswer(`${url}/-/ready`),
    version: async () => 'mock',
    deadlineMs: 30_000,
    stopSignal: 'SIGTERM',
    outage: 'stop',
  };
}
