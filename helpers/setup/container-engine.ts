import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { exportVariables } from '../settings/export-variables.ts';
import { type EngineSettings, listEngineVariables } from '../settings/settings.ts';

/** A container engine: Docker, or one that answers as it does (Podman). */
export type ContainerEngine = {
  readonly version: string;
  /** Where it answers, as `DOCKER_HOST` says it. */
  readonly address: string;
  readonly docker: Dockerode;
};

/** An engine; or why there is none, and what to do about it. */
export type EngineFinding = ContainerEngine | { readonly absent: string; readonly fix: string };

const PROBE_TIMEOUT_MS = 2000;

/**
 * Looks for a container engine (Docker Engine API, `GET /version`) at `DOCKER_HOST`, with `DOCKER_TLS_VERIFY` and
 * `DOCKER_CERT_PATH`, else at the usual sockets of Docker and Podman. Never throws.
 */
export async function findContainerEngine(settings: EngineSettings): Promise<EngineFinding> {
  if (settings.host?.startsWith('ssh:')) {
    return {
      absent: 'DOCKER_HOST is an SSH address, which testcontainers does not support',
      fix: 'forward the socket (ssh -L) and set DOCKER_HOST to where it is on this machine',
    };
  }
  const addresses = settings.host === undefined ? listUsualSockets(settings) : [settings.host];
  for (const address of addresses) {
    if (address.startsWith('unix://') && !existsSync(address.slice('unix://'.length))) continue;
    const engine = await askVersion(address, settings).catch(() => undefined);
    if (engine !== undefined) return engine;
  }
  return {
    absent: `no container engine answers at ${addresses.join(' or ')}`,
    fix:
      settings.host === undefined
        ? 'start one (on Debian: apt-get install docker.io, then dockerd as root), set DOCKER_HOST to where one is'
        : 'correct DOCKER_HOST, or unset it',
  };
}

function listUsualSockets({ runtimeDirectory }: EngineSettings): string[] {
  const inRuntimeDirectory = (name: string) => (runtimeDirectory === undefined ? [] : [join(runtimeDirectory, name)]);
  return [
    '/var/run/docker.sock',
    ...inRuntimeDirectory('docker.sock'),
    join(homedir(), '.docker/run/docker.sock'),
    ...inRuntimeDirectory('podman/podman.sock'),
    '/run/podman/podman.sock',
  ].map((path) => `unix://${path}`);
}

async function askVersion(address: string, settings: EngineSettings): Promise<ContainerEngine | undefined> {
  const { default: Docker } = await import('dockerode');
  const options = buildClientOptions(address, settings);
  const { Version: version } = await new Docker({ ...options, timeout: PROBE_TIMEOUT_MS }).version();
  return typeof version === 'string' ? { version, address, docker: new Docker(options) } : undefined;
}

function buildClientOptions(address: string, { tlsVerify, certPath }: EngineSettings): Dockerode.DockerOptions {
  // dockerode takes from DOCKER_HOST what is not given: a host there would come before the socket.
  if (address.startsWith('unix://')) return { socketPath: address.slice('unix://'.length), host: undefined };
  const { protocol, hostname, port } = new URL(address.includes('//') ? address : `tcp://${address}`);
  const isTls = tlsVerify || protocol === 'https:' || port === '2376';
  const readPem = (name: string) => readFileSync(join(certPath ?? '', name));
  return {
    host: hostname,
    port,
    protocol: isTls ? 'https' : 'http',
    ...(certPath !== undefined && { ca: readPem('ca.pem'), cert: readPem('cert.pem'), key: readPem('key.pem') }),
  };
}

/** Has testcontainers in this process use this engine. */
export function useContainerEngine({ address }: ContainerEngine, settings: EngineSettings): void {
  exportVariables({
    ...listEngineVariables({ ...settings, host: address }),
    TESTCONTAINERS_RYUK_RECONNECTION_TIMEOUT: settings.ryukReconnection,
  });
}

/** The engine's own message, without what the client puts around it. */
export function readEngineMessage(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'json' in error) {
    const { json } = error;
    if (typeof json === 'object' && json !== null && 'message' in json) return String(json.message).trim();
  }
  return error instanceof Error ? error.message : String(error);
}
