import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustAnswer } from './answers.ts';
import { baseEnvironment } from './base-environment.ts';
import { makePartDirectory, type PartContext, type PartPlan } from './part.ts';

const program = fileURLToPath(new URL('../backend/mock/main.ts', import.meta.url));

const { NODE_COMPILE_CACHE } = process.env;
const compileCache = NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };

/** How the mock takes OTLP over gRPC: a real Alloy sends a login over TLS only. */
export type CloudGrpc = 'none' | 'clear text' | 'tls';

/** Plans the mock Grafana Cloud on a loopback port; `environment` says whose stack it is, by the `GRAFANA_CLOUD_*` variables. */
export async function planCloud(
  { run, ports, logPath }: PartContext,
  environment: (url: string) => Readonly<Record<string, string>>,
  grpc: CloudGrpc,
): Promise<PartPlan> {
  const port = await ports.next();
  const directory = await makePartDirectory(run, 'cloud');
  const url = `http://127.0.0.1:${port}`;
  const grpcPort = grpc === 'none' ? undefined : await ports.next();
  const certificate = grpc === 'tls' ? join(directory, 'certificate.pem') : undefined;
  return {
    part: 'cloud',
    title: 'the mock Grafana Cloud',
    endpoints: {
      cloud: {
        url,
        logFile: logPath,
        ...(grpcPort !== undefined && { grpcAddress: `127.0.0.1:${grpcPort}` }),
        ...(certificate !== undefined && { certificate }),
      },
    },
    prepare: async () => {},
    command: {
      file: process.execPath,
      args: [
        // What a run sends is little: small nurseries are enough, and take 30 MiB less.
        '--max-semi-space-size=2',
        program,
        ...['--port', String(port)],
        ...(grpcPort === undefined ? [] : ['--grpc-port', String(grpcPort)]),
        ...(certificate === undefined ? [] : ['--grpc-tls', certificate]),
      ],
      environment: { ...baseEnvironment(directory), ...compileCache, ...environment(url) },
      cwd: directory,
    },
    probe: () => mustAnswer(`${url}/-/ready`),
    version: async () => 'mock',
    deadlineMs: 30_000,
    stopSignal: 'SIGTERM',
    outage: 'stop',
  };
}
