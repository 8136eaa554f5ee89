import { statSync } from 'node:fs';
import { PostgreSqlContainer } from '@testcontainers/postgresql';
import { RabbitMQContainer } from '@testcontainers/rabbitmq';
import { RedisContainer } from '@testcontainers/redis';
import { GenericContainer } from 'testcontainers';
import { packFiles, projectFiles } from '../../images/project-files.ts';
import type { ComposeService } from './compose-file.ts';
import { readInternals } from './testcontainers-internals.ts';

/** What a container is made of beside its service of the compose file. */
export type ContainerSettings = {
  /** The image that is used, which need not be the one that the compose file names. */
  readonly image: string;
  /** The one network that it is in, by name, and its own name there. */
  readonly network: string;
  readonly alias: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Whether files are mounted or, for an engine that does not see them, copied. */
  readonly mounts: boolean;
  /** The program that it runs, of this project: what is copied then is what that needs. */
  readonly program?: string;
};

/** A container as the compose file describes it, not created yet: its ports on their addresses, its files read-only. */
export async function buildContainer(service: ComposeService, settings: ContainerSettings): Promise<GenericContainer> {
  const container = newContainer(settings, service)
    .withNetworkMode(settings.network)
    .withLabels({ ...settings.labels });
  const { createOpts, hostConfig } = readInternals(container);
  // testcontainers would publish on every address of the machine, and put the container in the default network as well.
  createOpts.NetworkingConfig = { EndpointsConfig: { [settings.network]: { Aliases: [settings.alias] } } };
  createOpts.ExposedPorts = Object.fromEntries(service.ports.map(({ container }) => [`${container}/tcp`, {}]));
  hostConfig.PortBindings = Object.fromEntries(
    service.ports.map(({ address, host, container }) => [
      `${container}/tcp`,
      // An empty address means every address: with 0.0.0.0 some versions of Podman forward nothing.
      [{ HostIp: address === '0.0.0.0' ? '' : address, HostPort: String(host) }],
    ]),
  );
  createOpts.Healthcheck = { Test: ['NONE'] };
  // Those of the module come first, and which of two with one name counts differs between programs.
  createOpts.Env = [];
  container.withEnvironment({ ...service.environment });
  if (service.command !== undefined) container.withCommand([...service.command]);
  if (service.workingDirectory !== undefined) container.withWorkingDir(service.workingDirectory);
  if (settings.mounts) container.withBindMounts(service.files.map((file) => ({ ...file, mode: 'ro' })));
  else await copyFiles(container, service, settings.program);
  return container;
}

function newContainer({ image, alias }: ContainerSettings, { environment }: ComposeService): GenericContainer {
  switch (alias) {
    case 'postgres':
      return (
        new PostgreSqlContainer(image)
          .withDatabase(environment.POSTGRES_DB ?? '')
          .withUsername(environment.POSTGRES_USER ?? '')
          .withPassword(environment.POSTGRES_PASSWORD ?? '')
          // In place of its own, which has the password among its arguments; switched off below.
          .withHealthCheck({ test: ['CMD', 'true'] })
      );
    case 'redis':
      return new RedisContainer(image);
    case 'rabbitmq':
      return new RabbitMQContainer(image);
    default:
      return new GenericContainer(image);
  }
}

async function copyFiles(
  container: GenericContainer,
  { files, workingDirectory = '/' }: ComposeService,
  program: string | undefined,
): Promise<void> {
  if (program !== undefined) {
    const archive = packFiles([...(await projectFiles([program])), 'package.json'], workingDirectory);
    container.withCopyArchivesToContainer([{ tar: archive, target: '/' }]);
    return;
  }
  for (const { source, target } of files) {
    if (statSync(source).isDirectory()) container.withCopyDirectoriesToContainer([{ source, target }]);
    else container.withCopyFilesToContainer([{ source, target, mode: 0o644 }]);
  }
}
