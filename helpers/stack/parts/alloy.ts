import { join } from 'node:path';
import type { AlloyAddresses, PlannedEndpoints } from '../../run/stack.ts';
import { logTail } from '../owned/log-file.ts';
import { makePartDirectory, type PartContext, type PartPlan, processOf } from '../owned/part.ts';
import type { PortBlock } from '../owned/ports.ts';
import { PortTaken } from '../owned/ready.ts';
import type { AlloyProgram } from './alloy-program.ts';
import { get, mustAnswer } from './http-probe.ts';

/** How Alloy is run: which program, which configuration, and what that reads from its environment. */
export type AlloyOptions = {
  readonly program: AlloyProgram;
  /** The configuration's path, absolute. */
  readonly config: string;
  /** The variables that the configuration reads, for a stack with these endpoints; over the runner's own environment. */
  readonly environment: (endpoints: PlannedEndpoints) => Readonly<Record<string, string>>;
};

/** Plans an Alloy, real or embedded, for a stack whose other parts are planned. */
export async function planAlloy(
  context: PartContext,
  { program, config, environment }: AlloyOptions,
  others: PlannedEndpoints,
): Promise<PartPlan> {
  const { run, ports, logPath } = context;
  const directory = await makePartDirectory(run, 'alloy');
  const addresses = await chooseAddresses(ports);
  const endpoints = { ...others, alloy: addresses };
  const [file, ...first] = program.command;
  const listen = `--server.http.listen-addr=${new URL(addresses.url).host}`;
  const args = [...first, 'run', config, `--storage.path=${join(directory, 'storage')}`, listen];
  // A real Alloy reports its use to Grafana Labs unless told not to.
  if (program.kind === 'binary') args.push('--disable-reporting');
  const title = program.kind === 'binary' ? 'Alloy' : 'the embedded engine';
  const command = { file, args, environment: { ...process.env, ...environment(endpoints) }, cwd: directory };
  return {
    part: 'alloy',
    title,
    endpoints: { alloy: addresses },
    prepare: async () => {},
    launch: processOf(title, command, context),
    probe: () => mustAnswer(`${addresses.url}/-/ready`),
    complete: () => refuseTakenPorts(addresses.url, logPath),
    version: () => versionOfAlloy(addresses.url),
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

/** A receiver whose port is in use leaves Alloy running, ready and useless: `/-/healthy` alone tells. */
export async function refuseTakenPorts(url: string, logPath: string): Promise<void> {
  const { status } = await get(`${url}/-/healthy`);
  if (status !== 200 && /address already in use|EADDRINUSE/.test(logTail(logPath, 500).join('\n'))) {
    throw new PortTaken('Alloy: a port of its components is in use');
  }
}

/** The version in `alloy_build_info`, as Alloy's own `/metrics` shows it. */
export async function versionOfAlloy(url: string): Promise<string> {
  const { text } = await get(`${url}/metrics`);
  return /^alloy_build_info\{[^}]*version="([^"]*)"/m.exec(text)?.[1] ?? 'unknown';
}
