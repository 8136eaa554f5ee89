/** Building images with the container engine: Docker Engine API 1.41, which Podman implements as well. */
import type { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { CannotRun } from '../run/cannot-run.ts';
import type { Settings } from '../settings/settings.ts';
import { findContainerEngine } from '../setup/container-engine.ts';
import type { ImageConfiguration } from './stand-ins.ts';

/** An image that the engine has; `size` in bytes. */
export type PresentImage = {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly size: number;
};

/** Connects to the engine. Throws `CannotRun` when none answers or when it can't run what this machine builds. */
export async function connectEngine(settings: Settings): Promise<Dockerode> {
  const found = await findContainerEngine(settings.engine);
  if ('absent' in found) {
    throw new CannotRun(
      `images need a container engine: ${found.absent}.`,
      'start one (on Debian: apt-get install docker.io, then dockerd as root), or set DOCKER_HOST to the address of one.',
    );
  }
  const { Architecture: there }: { Architecture: string } = await found.docker.info();
  const here = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string] ?? process.arch;
  if (there !== here && there !== process.arch && !(there === 'amd64' && here === 'x86_64')) {
    throw new CannotRun(
      `the engine runs images for ${there}, and this machine builds them for ${here}.`,
      'build on a machine with the architecture of the engine.',
    );
  }
  return found.docker;
}

/** The image of that name; undefined when the engine doesn't have it. */
export async function findImage(engine: Dockerode, image: string): Promise<PresentImage | undefined> {
  try {
    const { Id, Config, Size } = await engine.getImage(image).inspect();
    return { id: Id, labels: Config?.Labels ?? {}, size: Size };
  } catch (error) {
    if (readStatus(error) === 404) return undefined;
    throw error;
  }
}

/** Builds an image with these labels from a root directory in a tar stream. Fails when the stream fails, and leaves nothing then. */
export async function importImage(
  engine: Dockerode,
  archive: Readable,
  { image, labels, signal }: { image: string; labels: Readonly<Record<string, string>>; signal: AbortSignal },
): Promise<void> {
  await sending(image, archive, signal, async (file, abortSignal) => {
    const _query = { fromSrc: '-', repo: image, tag: 'latest', changes: labelChanges(labels) };
    const answer = await engine.importImage(file, { _query, abortSignal });
    await new Promise<void>((resolve, reject) => {
      engine.modem.followProgress(answer, (error) => (error ? reject(error) : resolve()));
    });
  });
}

/** Sends a stream to the engine, and fails when the stream fails: the engine would take a truncated body for a complete one. */
async function sending(
  image: string,
  archive: Readable,
  signal: AbortSignal,
  send: (file: string, signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const broken = new AbortController();
  archive.on('error', (error) => broken.abort(error));
  try {
    // The client takes streams as well, but its types know only file names.
    await send(archive as unknown as string, AbortSignal.any([signal, broken.signal]));
  } catch (error) {
    signal.throwIfAborted();
    broken.signal.throwIfAborted();
    throw refusal(image, error);
  } finally {
    archive.destroy();
  }
}

/** Builds an image from another one, with these archives unpacked over it. Fails when a stream fails, and leaves no container. */
export async function addLayer(
  engine: Dockerode,
  archives: readonly Readable[],
  {
    base,
    image,
    container: name,
    labels,
    configuration,
    firstRun,
    signal,
  }: {
    base: string;
    image: string;
    container: string;
    labels: Readonly<Record<string, string>>;
    configuration: ImageConfiguration;
    /** A shell script that runs once in the container; the files it creates stay in the image. */
    firstRun?: string;
    signal: AbortSignal;
  },
): Promise<void> {
  signal.throwIfAborted();
  const container = await engine.createContainer({
    Image: base,
    name,
    Entrypoint: [],
    Cmd: ['sh', '-c', firstRun ?? ':'],
    NetworkDisabled: true,
  });
  try {
    for (const archive of archives) {
      await sending(image, archive, signal, (file, abortSignal) =>
        container.putArchive(file, { _query: { path: '/' }, abortSignal }),
      );
    }
    if (firstRun !== undefined) await runOnce(container, signal);
    const changes = [...configurationChanges(configuration), ...labelChanges(labels)];
    const { stopSignal } = configuration;
    const commit = (more: readonly string[]) =>
      container.commit({
        _query: { container: container.id, repo: image, tag: 'latest', changes: [...changes, ...more] },
        // Podman refuses a request without a body; with a body Docker ignores the container's configuration.
        _body: { Labels: labels, ...(stopSignal && { StopSignal: stopSignal }) },
        abortSignal: signal,
      });
    if (stopSignal === undefined) await commit([]);
    else {
      // Podman takes it only as an instruction, which older Docker engines don't accept here.
      await commit([`STOPSIGNAL ${stopSignal}`]).catch((error) => {
        if (readStatus(error) !== 400) throw error;
        return commit([]);
      });
    }
  } catch (error) {
    signal.throwIfAborted();
    throw refusal(image, error);
  } finally {
    await container.remove({ force: true, v: true });
  }
}

async function runOnce(container: Dockerode.Container, signal: AbortSignal): Promise<void> {
  await container.start({ abortSignal: signal });
  const { StatusCode: code } = await container.wait({ abortSignal: signal });
  if (code === 0) return;
  const said = await container.logs({ stdout: true, stderr: true, tail: 20 });
  throw new CannotRun(
    `the script that runs once in the image ended with exit code ${code}. Its last lines:\n${said.toString('utf8').replace(/[^\x20-\x7e\n]/g, '')}`,
    'read these lines.',
  );
}

/** Removes an image that another one has replaced, unless something still uses it. */
export async function removeReplaced(engine: Dockerode, id: string): Promise<void> {
  try {
    await engine.getImage(id).remove();
  } catch (error) {
    if (readStatus(error) !== 404 && readStatus(error) !== 409) throw error;
  }
}

function refusal(image: string, error: unknown): unknown {
  // Errors in the content describe themselves.
  if (error instanceof CannotRun || !(error instanceof Error)) return error;
  return new CannotRun(
    `the container engine could not build ${image}: ${error.message.trim()}`,
    'read its message; if its disk is full, `docker system df` shows what takes the space.',
  );
}

function readStatus(error: unknown): unknown {
  return error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
}

function labelChanges(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels).map(([name, value]) => `LABEL ${JSON.stringify(name)}=${JSON.stringify(value)}`);
}

/** As Dockerfile instructions, the form that both `import` and `commit` take. */
function configurationChanges(configuration: ImageConfiguration): string[] {
  const { environment, entrypoint, command, ports, volumes, directory } = configuration;
  return [
    ...Object.entries(environment).map(([name, value]) => `ENV ${name}=${JSON.stringify(value)}`),
    `WORKDIR ${directory}`,
    ...ports.map((port) => `EXPOSE ${port}/tcp`),
    ...volumes.map((path) => `VOLUME ${JSON.stringify([path])}`),
    `ENTRYPOINT ${JSON.stringify(entrypoint)}`,
    `CMD ${JSON.stringify(command)}`,
  ];
}
