import { fileURLToPath } from 'node:url';
import { launchProcess, makePartDirectory, type PartContext, type PartPlan } from '../owned/part.ts';
import type { GatewayTargets } from '../plan.ts';
import { baseEnvironment } from './base-environment.ts';
import { mustAnswer } from './http-probe.ts';

const program = fileURLToPath(new URL('../../lgtm-gateway/main.ts', import.meta.url));

/** What people call the gateway. */
export const GATEWAY_TITLE = 'the gateway to Tempo, Prometheus and Loki';

/** The environment of the gateway: where it sends to. */
export function listGatewayVariables({ traces, tempo, prometheus, loki }: GatewayTargets): Record<string, string> {
  return { LGTM_TARGETS: JSON.stringify({ traces: { ...tempo, url: traces }, prometheus, loki }) };
}

/** Plans the gateway to a Tempo, a Prometheus and a Loki as a process of this machine, in place of the mock cloud. */
export async function planLgtmGateway(
  { request, run, ports, log, logPath }: PartContext,
  targets: GatewayTargets,
  host = '127.0.0.1',
): Promise<PartPlan> {
  const port = await ports.next();
  const directory = await makePartDirectory(run, 'mock-cloud');
  const url = `http://${host}:${port}`;
  const command = {
    file: process.execPath,
    args: ['--max-semi-space-size=2', program, host, String(port)],
    environment: { ...baseEnvironment(request.plan.settings, directory), ...listGatewayVariables(targets) },
    cwd: directory,
  };
  return {
    part: 'mock-cloud',
    title: GATEWAY_TITLE,
    endpoints: { mockCloud: { url, logFile: logPath } },
    prepare: async () => {},
    launch: launchProcess('the gateway', command, { request, run, ports, log, logPath }),
    probe: () => mustAnswer(`${url}/-/ready`),
    version: async () => 'gateway',
    deadlineMs: 30_000,
    stopSignal: 'SIGTERM',
    outage: 'stop',
  };
}
