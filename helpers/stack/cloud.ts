import { fileURLToPath } from 'node:url';
import { mustAnswer } from './answers.ts';
import { baseEnvironment } from './base-environment.ts';
import { makePartDirectory, type PartContext, type PartPlan } from './part.ts';

const program = fileURLToPath(new URL('../backend/mock/main.ts', import.meta.url));

const { NODE_COMPILE_CACHE } = process.env;
const compileCache = NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };

/** Plans the mock Grafana Cloud on a loopback port; `environment` says whose stack it is, by the `GRAFANA_CLOUD_*` variables. */
export async function planCloud(
  { run, ports, logPath }: PartContext,
  environment: (url: string) => Readonly<Record<string, string>>,
): Promise<PartPlan> {
  const port = await ports.next();
  const directory = await makePartDirectory(run, 'cloud');
  const url = `http://127.0.0.1:${port}`;
  return {
    part: 'cloud',
    title: 'the mock Grafana Cloud',
    endpoints: { cloud: { url, logFile: logPath } },
    prepare: async () => {},
    command: {
      file: process.execPath,
      args: [program, '--port', String(port)],
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
