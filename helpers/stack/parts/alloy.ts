import { join } from 'node:path';
import type { AlloyAddresses, Endpoints } from '../../run/endpoints.ts';
import { readLogTail } from '../owned/log-file.ts';
import { launchProcess, makePartDirectory, type PartContext, type PartPlan } from '../owned/part.ts';
import type { PortBlock } from '../owned/ports.ts';
import { PortTaken } from '../owned/ready.ts';
import { listAlloyVariables } from '../variables.ts';
import type { AlloyProgram } from './alloy-program.ts';
import { get, mustAnswer } from './http-probe.ts';

/** Plans an Alloy, real or embedded, for a stack whose other parts are planned. */
export async function planAlloy(context: PartContext, program: AlloyProgram, others: Endpoints): Promise<PartPlan> {
  const { request, run, ports, logPath } = context;
  const directory = await makePartDirectory(run, 'alloy');
  const addresses = await chooseAddresses(ports);
  const [file, ...first] = program.command;
  const listen = `--server.http.listen-addr=${new URL(addresses.url).host}`;
  const storage = `--storage.path=${join(directory, 'storage')}`;
  const args = [...first, 'run', request.plan.settings.alloyConfig, storage, listen];
  // A real Alloy reports its use to Grafana Labs unless it is switched off.
  if (program.kind === 'binary') args.push('--disable-reporting');
  const title = program.kind === 'binary' ? 'Alloy' : 'the embedded Alloy';
  const environment = listAlloyVariables(request, { ...others, alloy: addresses });
  return {
    part: 'alloy',
    title,
    endpoints: { alloy: addresses },
    prepare: async () => {},
    launch: launchProcess(title, { file, args, environment, cwd: directory }, context),
    probe: () => mustAnswer(`${addresses.url}/-/ready`),
    complete: async () => {
      await refuseTakenPorts(addresses.url, logPath);
      return undefined;
    },
    version: () => readAlloyVersion(addresses.url),
    deadlineMs: 30_000,
    stopSignal: 'SIGTERM',
    outage: 'stop',
  };
}

async function chooseAddresses(ports: PortBlock): Promise<AlloyAddresses> {
  const [http, grpc, otlpHttp] = [await ports.next(), await ports.next(), await ports.next()];
  return {
    url: `http://127.0.0.1:${http}`,
    otlpGrpc: `127.0.0.1:${grpc}`,
    otlpHttp: `http://127.0.0.1:${otlpHttp}`,
  };
}

/** A receiver whose port is in use leaves Alloy running, ready and useless: only `/-/healthy` shows it. */
async function refuseTakenPorts(url: string, logPath: string): Promise<void> {
  const { status } = await get(`${url}/-/healthy`);
  if (status !== 200 && /address already in use|EADDRINUSE/.test(readLogTail(logPath, 500).join('\n'))) {
    throw new PortTaken('Alloy: a port of its components is in use');
  }
}

/** The version in `alloy_build_info`, as Alloy's own `/metrics` shows it. */
export async function readAlloyVersion(url: string): Promise<string> {
  const { text } = await get(`${url}/metrics`);
  return /^alloy_build_info\{[^}]*version="([^"]*)"/m.exec(text)?.[1] ?? 'unknown';
}
