import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';

/** A Docker engine, or one that answers as it does (Podman), and what it is asked with. */
export type DockerEngine = { readonly version: string; readonly at: string; readonly docker: Dockerode };

/** An engine, or why there is none. */
export type EngineFinding = DockerEngine | { readonly absent: string };

type Environment = Readonly<Record<string, string | undefined>>;

const PATIENCE_MS = 2000;

/**
 * Looks for a Docker engine (Docker Engine API, `GET /version`) where `DOCKER_HOST` says that it is, with
 * `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH`, else at the usual sockets of Docker and Podman. Where there is one,
 * `DOCKER_HOST` of this process names it, so that everything that asks an engine asks this one. Never throws.
 */
export async function findDockerEngine(environment: Environment = process.env): Promise<EngineFinding> {
  const told = environment.DOCKER_HOST ?? '';
  if (told.startsWith('ssh:')) {
    return { absent: 'DOCKER_HOST is an SSH address, which testcontainers does not take: forward the socket instead' };
  }
  const addresses = told === '' ? usualSockets(environment) : [told];
  for (const address of addresses) {
    if (address.startsWith('unix://') && !existsSync(address.slice('unix://'.length))) continue;
    const engine = await ask(address, environment).catch(() => undefined);
    if (engine !== undefined) return engine;
  }
  return { absent: `no engine answers at ${addresses.join(' or ')}` };
}

function usualSockets({ XDG_RUNTIME_DIR: runtime }: Environment): string[] {
  const ofUser = runtime === undefined || runtime === '' ? [] : [join(runtime, 'docker.sock')];
  const podman = runtime === undefined || runtime === '' ? [] : [join(runtime, 'podman/podman.sock')];
  return [
    '/var/run/docker.sock',
    ...ofUser,
    join(homedir(), '.docker/run/docker.sock'),
    ...podman,
    '/run/podman/podman.sock',
  ].map((path) => `unix://${path}`);
}

async function ask(address: string, environment: Environment): Promise<DockerEngine | undefined> {
  const before = process.env.DOCKER_HOST;
  const { default: Docker } = await import('dockerode');
  // Both dockerode and testcontainers take the engine's address from the environment of the process alone.
  process.env.DOCKER_HOST = address;
  for (const name of ['DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH']) {
    const value = environment[name];
    if (value !== undefined && value !== '') process.env[name] = value;
  }
  try {
    const { Version: version } = await new Docker({ timeout: PATIENCE_MS }).version();
    if (typeof version === 'string') return { version, at: address, docker: new Docker() };
  } catch {
    // Nothing answers there, or something else does.
  }
  if (before === undefined) delete process.env.DOCKER_HOST;
  else process.env.DOCKER_HOST = before;
  return undefined;
}

/** The engine's own message, without the client's words around it. */
export function wordsOfEngine(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'json' in error) {
    const { json } = error;
    if (typeof json === 'object' && json !== null && 'message' in json) return String(json.message).trim();
  }
  return error instanceof Error ? error.message : String(error);
}
