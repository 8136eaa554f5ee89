import { readFileSync, realpathSync } from 'node:fs';
import { createServer, isIPv4 } from 'node:net';
import type Dockerode from 'dockerode';
import type { EngineSettings } from '../../settings/settings.ts';
import type { ContainerEngine } from '../../setup/container-engine.ts';

/** Where an engine's containers are, seen from this process. */
export type EngineLocation = {
  /** The host at which their published ports are reached. */
  readonly host: string;
  /** The address on which the engine publishes ports: loopback where this process can reach that. */
  readonly bindAddress: string;
  /** Whether the engine shares this machine's files and network; else files are copied, and the mock runs beside the others. */
  readonly isLocal: boolean;
};

/** Finds out what an engine shares with this process; testcontainers has to know the engine already. */
export async function locateEngine(
  { address, docker }: ContainerEngine,
  { publishedHost }: EngineSettings,
): Promise<EngineLocation> {
  const isOnThisMachine = address.startsWith('unix://') && !isMounted(address.slice('unix://'.length));
  const host = publishedHost ?? (isOnThisMachine ? '127.0.0.1' : await askPublishedHost());
  const gateways = (await docker.listNetworks()).map(({ IPAM }) => canListenOn(readGateway(IPAM)));
  const isLocal = isOnThisMachine && (await Promise.all(gateways)).includes(true);
  return { host, bindAddress: host === '127.0.0.1' ? host : '0.0.0.0', isLocal };
}

/** Where testcontainers finds the ports that an engine publishes. */
async function askPublishedHost(): Promise<string> {
  const { getContainerRuntimeClient } = await import('testcontainers');
  const { host } = (await getContainerRuntimeClient()).info.containerRuntime;
  return host === 'localhost' ? '127.0.0.1' : host;
}

/** The address at which containers of a network reach the engine's machine. */
export async function findNetworkGateway(docker: Dockerode, id: string): Promise<string> {
  const { IPAM } = await docker.getNetwork(id).inspect();
  const gateway = readGateway(IPAM);
  if (gateway === undefined) throw new Error(`the engine gives no gateway for the network ${id}`);
  return gateway;
}

/** A network's gateway, which engines leave out where it is the first address of the subnet. */
function readGateway(ipam: Dockerode.IPAM | undefined): string | undefined {
  const gateways = (ipam?.Config ?? []).map(
    ({ Gateway, Subnet }) => Gateway?.split('/')[0] ?? Subnet?.replace(/\.0\/\d+$/, '.1'),
  );
  return gateways.find((gateway) => gateway !== undefined && isIPv4(gateway));
}

/** Whether the mock cloud could listen there: the gateways of a virtual machine's or a rootless engine are not this machine's. */
async function canListenOn(address: string | undefined): Promise<boolean> {
  if (address === undefined) return false;
  const server = createServer();
  return await new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ host: address, port: 0 }, () => server.close(() => resolve(true)));
  });
}

/** A container that uses the engine beside it has that one's socket mounted, and files that the engine does not see. */
function isMounted(socket: string): boolean {
  try {
    const path = realpathSync(socket);
    return readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .some((line) => line.split(' ')[4] === path);
  } catch {
    return false;
  }
}
