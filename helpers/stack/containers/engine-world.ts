import { readFileSync, realpathSync } from 'node:fs';
import { createServer, isIPv4 } from 'node:net';
import type Dockerode from 'dockerode';
import type { DockerEngine } from '../../setup/docker-engine.ts';

/** Where an engine's containers are, seen from this process. */
export type EngineWorld = {
  /** The address by which it is asked, as `DOCKER_HOST` has it. */
  readonly at: string;
  readonly docker: Dockerode;
  /** The host at which their published ports are reached. */
  readonly host: string;
  /** The address on which the engine publishes ports: loopback where this process can reach that. */
  readonly bindAddress: string;
  /** Whether the engine shares this machine's files and network; else files are copied, and the mock runs beside the others. */
  readonly isLocal: boolean;
};

/** Tells what an engine shares with this process. */
export async function engineWorldOf({ at, docker }: DockerEngine): Promise<EngineWorld> {
  const ofThisMachine = at.startsWith('unix://') && !isMounted(at.slice('unix://'.length));
  const host = process.env.TESTCONTAINERS_HOST_OVERRIDE ?? (ofThisMachine ? '127.0.0.1' : await hostOfEngine());
  const gateways = (await docker.listNetworks()).map(({ IPAM }) => isOfThisMachine(gatewayOf(IPAM)));
  const isLocal = ofThisMachine && (await Promise.all(gateways)).includes(true);
  return { at, docker, host, bindAddress: host === '127.0.0.1' ? host : '0.0.0.0', isLocal };
}

/** Where testcontainers finds the ports that an engine publishes. */
async function hostOfEngine(): Promise<string> {
  const { getContainerRuntimeClient } = await import('testcontainers');
  const { host } = (await getContainerRuntimeClient()).info.containerRuntime;
  return host === 'localhost' ? '127.0.0.1' : host;
}

/** The address at which containers of a network reach the engine's machine. */
export async function gatewayOfNetwork(docker: Dockerode, id: string): Promise<string> {
  const { IPAM } = await docker.getNetwork(id).inspect();
  const gateway = gatewayOf(IPAM);
  if (gateway === undefined) throw new Error(`the engine gives no gateway for the network ${id}`);
  return gateway;
}

/** A network's gateway, which engines leave out where it is the first address of the subnet. */
function gatewayOf(ipam: Dockerode.IPAM | undefined): string | undefined {
  const gateways = (ipam?.Config ?? []).map(
    ({ Gateway, Subnet }) => Gateway?.split('/')[0] ?? Subnet?.replace(/\.0\/\d+$/, '.1'),
  );
  return gateways.find((gateway) => gateway !== undefined && isIPv4(gateway));
}

/** Whether the mock could listen there: a virtual machine's or a user's own engine has gateways that are not this machine's. */
async function isOfThisMachine(address: string | undefined): Promise<boolean> {
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
