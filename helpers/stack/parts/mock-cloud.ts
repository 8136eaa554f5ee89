import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchProcess, makePartDirectory, type PartContext, type PartPlan } from '../owned/part.ts';
import { baseEnvironment } from './base-environment.ts';
import { mustAnswer } from './http-probe.ts';

const program = fileURLToPath(new URL('../../mock-cloud/main.ts', import.meta.url));

/** Plans the mock cloud as a process of this machine; it listens on 127.0.0.1, unless Alloy can't reach that. */
export async function planMockCloud(context: PartContext, host = '127.0.0.1'): Promise<PartPlan> {
  const { request, run, ports, logPath } = context;
  const { settings, configuration } = request.plan;
  const port = await ports.next();
  const directory = await makePartDirectory(run, 'mock-cloud');
  const url = `http://${host}:${port}`;
  const grpcPort = configuration.grpc === 'none' ? undefined : await ports.next();
  const certificate = configuration.grpc === 'tls' ? join(directory, 'certificate.pem') : undefined;
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
    environment: { ...baseEnvironment(settings, directory), ...request.cloudVariables(url) },
    cwd: directory,
  };
  return {
    part: 'mock-cloud',
    title: 'the mock cloud',
    endpoints: {
      mockCloud: {
        url,
        logFile: logPath,
        ...(grpcPort !== undefined && { grpcAddress: `${host}:${grpcPort}` }),
        ...(certificate !== undefined && { certificate }),
      },
    },
    prepare: async () => {},
    launch: launchProcess('the mock cloud', command, context),
    probe: () => mustAnswer(`${url}/-/ready`),
    version: async () => 'mock',
    deadlineMs: 30_000,
    stopSignal: 'SIGTERM',
    outage: 'stop',
  };
}
