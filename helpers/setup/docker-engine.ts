import { homedir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'undici';

/** What answers where a Docker engine would: its version, or why there is none. */
export type DockerEngine = { readonly version: string; readonly at: string } | { readonly absent: string };

const patience = { headersTimeout: 2000, bodyTimeout: 2000 };

/**
 * Asks the Docker engine for its version (Docker Engine API, `GET /version`), where `DOCKER_HOST` says that it is, else at
 * the usual sockets. Never throws.
 */
export async function findDockerEngine(environment: NodeJS.ProcessEnv = process.env): Promise<DockerEngine> {
  const told = environment.DOCKER_HOST ?? '';
  const addresses = told === '' ? usualSockets(environment) : [told];
  for (const address of addresses) {
    const version = await askVersion(address).catch(() => undefined);
    if (version !== undefined) return { version, at: address };
  }
  return { absent: `no engine answers at ${addresses.join(' or ')}` };
}

function usualSockets(environment: NodeJS.ProcessEnv): string[] {
  const runtime = environment.XDG_RUNTIME_DIR ?? '';
  return [
    'unix:///var/run/docker.sock',
    ...(runtime === '' ? [] : [`unix://${join(runtime, 'docker.sock')}`]),
    `unix://${join(homedir(), '.docker/run/docker.sock')}`,
  ];
}

async function askVersion(address: string): Promise<string | undefined> {
  const client = address.startsWith('unix://')
    ? new Client('http://docker', { socketPath: address.slice('unix://'.length), connectTimeout: 2000 })
    : new Client(address.replace(/^tcp:/, 'http:'), { connectTimeout: 2000 });
  try {
    const { statusCode, body } = await client.request({ method: 'GET', path: '/version', ...patience });
    const answer = await body.json();
    if (statusCode !== 200 || typeof answer !== 'object' || answer === null || !('Version' in answer)) return undefined;
    return String(answer.Version);
  } finally {
    await client.close();
  }
}
