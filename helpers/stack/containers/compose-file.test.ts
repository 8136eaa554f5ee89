import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Part, partsInOrder } from '../../run/part.ts';
import { ROOT } from '../../settings/settings.ts';
import { type ComposeService, composeServices } from './compose-file.ts';
import { nameImageVariable, nameService } from './container-images.ts';
import { buildContainer } from './part-container.ts';
import { readInternals } from './testcontainers-internals.ts';

const parts: readonly Part[] = partsInOrder.filter((part) => part !== 'mock-cloud');

/** Values that differ from every default, so that each shows where it goes. */
const variables: Readonly<Record<string, string>> = {
  IMAGE_REGISTRY: 'mirror.example/hub/',
  POSTGRES_IMAGE: 'postgres:18',
  API_IMAGE: 'api:7',
  POSTGRES_PORT: '20001',
  ALLOY_OTLP_HTTP_PORT: '20002',
  BIND_ADDRESS: '127.0.0.2',
  POSTGRES_PASSWORD: 'one',
  REDIS_PASSWORD: 'two',
  RABBITMQ_PASSWORD: 'three',
  ALLOY_CONFIG: '/srv/own.alloy',
  GRAFANA_CLOUD_OTLP_INSTANCE_ID: '12',
  DLQ_CHECK_INTERVAL_SECONDS: '9',
};

test('every part has a container of its own name, and there are no others', () => {
  expect(Object.keys(composeServices({})).sort()).toEqual(parts.map(nameService).sort());
});

test('every port is published on loopback, and none twice', () => {
  const ports = Object.values(composeServices({})).flatMap((service) => service.ports);
  expect(new Set(ports.map(({ address }) => address))).toEqual(new Set(['127.0.0.1']));
  expect(new Set(ports.map(({ host }) => host)).size).toBe(ports.length);
});

test('every image is another one by its variable', () => {
  for (const part of parts) {
    const service = composeServices({ [nameImageVariable(part)]: 'other:1' })[nameService(part)];
    expect(service?.image).toBe('other:1');
  }
});

test('compose starts all but grafana/otel-lgtm, which Alloy does not write to by default', () => {
  const file: { services: Record<string, { profiles?: string[] }> } = parse(
    readFileSync(join(ROOT, 'docker-compose.test.yml'), 'utf8'),
    { merge: true },
  );
  const withProfile = Object.entries(file.services).filter(([, { profiles }]) => profiles !== undefined);
  expect(withProfile.map(([name]) => name)).toEqual(['lgtm']);
});

test('no password is among the arguments of a container', () => {
  for (const service of Object.values(composeServices(variables))) {
    expect(service.command?.join(' ') ?? '').not.toMatch(/one|two|three/);
  }
});

test('a run creates its containers with everything that the file says', async () => {
  for (const [name, service] of Object.entries(composeServices(variables))) {
    const container = await buildContainer(service, {
      image: service.image,
      network: 'a-network',
      alias: name,
      labels: { run: 'r' },
      mounts: true,
    });
    const { createOpts, hostConfig } = readInternals(container);
    expect(createOpts.Image).toBe(service.image);
    expect(createOpts.Env).toEqual(Object.entries(service.environment).map(([key, value]) => `${key}=${value}`));
    expect(createOpts.Cmd).toEqual(service.command);
    expect(createOpts.WorkingDir).toBe(service.workingDirectory);
    expect(createOpts.Labels).toEqual({ run: 'r' });
    expect(createOpts.NetworkingConfig).toEqual({ EndpointsConfig: { 'a-network': { Aliases: [name] } } });
    expect(hostConfig.NetworkMode ?? 'a-network').toBe('a-network');
    expect(hostConfig.Binds ?? []).toEqual(service.files.map(({ source, target }) => `${source}:${target}:ro`));
    expect(hostConfig.PortBindings).toEqual(
      Object.fromEntries(
        service.ports.map(({ address, host, container: port }) => [
          `${port}/tcp`,
          [{ HostIp: address, HostPort: String(host) }],
        ]),
      ),
    );
  }
});

const composes = [
  ['docker', 'compose'],
  ['docker-compose', undefined],
] as const;

describe.each(composes)('%s', (program, argument) => {
  const first = argument === undefined ? [] : [argument];
  const isThere = spawnSync(program, [...first, 'version'], { encoding: 'utf8' }).status === 0;
  const name = `reads the file as a run does${isThere ? '' : ' (skipped: it is not installed)'}`;

  test.skipIf(!isThere)(name, () => {
    const { stdout, stderr, status } = spawnSync(
      program,
      [...first, '-f', join(ROOT, 'docker-compose.test.yml'), 'config'],
      {
        encoding: 'utf8',
        cwd: ROOT,
        env: { PATH: process.env.PATH, HOME: process.env.HOME, COMPOSE_PROFILES: 'lgtm', ...variables },
      },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const found: { services: Record<string, Record<string, unknown>> } = parse(stdout);
    const ours = composeServices(variables);
    expect(Object.keys(found.services).sort()).toEqual(Object.keys(ours).sort());
    for (const [service, theirs] of Object.entries(found.services)) expect(asOurs(theirs)).toEqual(ours[service]);
  });
});

/** What both versions of Compose print of a service, short (1.29) and long (2), as a run has it. */
function asOurs(service: Record<string, unknown>): ComposeService {
  const list = (name: string): unknown[] => (Array.isArray(service[name]) ? service[name] : []);
  return {
    image: String(service.image),
    // It is printed as a file that can be read again.
    ...(service.command !== undefined && { command: list('command').map((word) => unescaped(String(word))) }),
    environment: Object.fromEntries(
      Object.entries(service.environment ?? {}).map(([key, value]) => [key, String(value)]),
    ),
    files: list('volumes').map((volume) => {
      const [source = '', target = ''] =
        typeof volume === 'string' ? volume.split(':') : fields(volume, 'source', 'target');
      return { source, target };
    }),
    ports: list('ports').map((port) => {
      const [address = '', host, container] =
        typeof port === 'string' ? port.replace('/tcp', '').split(':') : fields(port, 'host_ip', 'published', 'target');
      return { address, host: Number(host), container: Number(container) };
    }),
    ...(service.working_dir !== undefined && { workingDirectory: String(service.working_dir) }),
  };
}

function fields(value: unknown, ...names: string[]): string[] {
  const found = value as Record<string, unknown>;
  return names.map((name) => String(found[name]));
}

function unescaped(word: string): string {
  return word.replaceAll('$$', '$');
}
