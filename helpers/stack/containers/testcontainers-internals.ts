import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import type { GenericContainer } from 'testcontainers';

/** What testcontainers keeps for classes that extend its own. A part is one of several of those, so it is reached into. */
export type ContainerInternals = {
  /** What the engine is asked to create (Docker Engine API, `POST /containers/create`). */
  createOpts: ContainerCreateOptions;
  hostConfig: HostConfig;
  /** Called when the container has an ID and has not been started. */
  containerCreated?: (id: string) => Promise<void>;
};

/** Reads the internals of a container that is not created yet. */
export function readInternals(container: GenericContainer): ContainerInternals {
  return container as unknown as ContainerInternals;
}
