import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import type { GenericContainer, WaitStrategy } from 'testcontainers';
import { CannotRun } from '../../run/cannot-run.ts';
import { readEngineMessage } from '../../setup/container-engine.ts';
import type { LogFile } from '../owned/log-file.ts';
import type { Ending, PartProcess } from '../owned/part-process.ts';
import { PortTaken } from '../owned/ready.ts';
import { readInternals } from './testcontainers-internals.ts';

/** What is needed to start a container and to watch it. */
export type ContainerContext = {
  /** The part's name for people. */
  readonly title: string;
  readonly docker: Dockerode;
  readonly log: LogFile;
};

/** A part that was started as a container. */
export type ContainerProcess = PartProcess & { readonly id: string };

/** Readiness is what the part's probe proves, at its first start as at every later one. */
const proveNothing: WaitStrategy = {
  waitUntilReady: async () => {},
  withStartupTimeout: () => proveNothing,
  isStartupTimeoutSet: () => true,
  getStartupTimeout: () => 0,
};

/**
 * Creates a container and starts it; what it prints goes to the log. Throws `PortTaken` where one of its ports is in use,
 * and `CannotRun` with the engine's own message where it can't be started. A container that ends at once is returned.
 */
export async function createContainer(
  container: GenericContainer,
  context: ContainerContext,
): Promise<ContainerProcess> {
  const created = Promise.withResolvers<string>();
  const internals = readInternals(container);
  internals.containerCreated = async (id) => created.resolve(id);
  const started = container.withWaitStrategy(proveNothing).withAutoCleanup(false).start();
  // It waits ten seconds for the ports of a container that has ended, and for ports that only Podman lists.
  const running = started.then((found) => found.getId());
  try {
    const ports = Object.keys(internals.hostConfig.PortBindings ?? {});
    const seen = created.promise.then((id) => untilStarted(running, context.docker.getContainer(id), ports));
    const id = await Promise.race([running, seen]);
    return follow(id, 0, context);
  } catch (error) {
    const id = await Promise.race([created.promise, undefined]);
    if (id !== undefined) await context.docker.getContainer(id).remove({ force: true, v: true });
    throw explainFailure(error, context.title);
  }
}

/** Starts a container that has ended, at the same addresses. Throws as {@link createContainer} does. */
export async function restartContainer(id: string, context: ContainerContext): Promise<ContainerProcess> {
  try {
    await context.docker.getContainer(id).start();
    const { State } = await context.docker.getContainer(id).inspect();
    return follow(id, Date.parse(State.StartedAt) / 1000, context);
  } catch (error) {
    throw explainFailure(error, context.title);
  }
}

/** Waits until a container has its ports or has ended, or until its start has failed. Returns its ID. */
async function untilStarted(
  running: Promise<string>,
  container: Dockerode.Container,
  ports: readonly string[],
): Promise<string> {
  let settled = false;
  const note = () => {
    settled = true;
  };
  running.then(note, note);
  while (!settled) {
    const { State, NetworkSettings } = await container.inspect();
    const bound: Readonly<Record<string, readonly unknown[] | null | undefined>> = NetworkSettings.Ports;
    if (State.Status === 'exited' || (State.Running && ports.every((port) => (bound[port]?.length ?? 0) > 0))) {
      return container.id;
    }
    await delay(50);
  }
  return await running;
}

/** Follows a container that was started: its log since then, in seconds since the epoch, and its end. */
function follow(id: string, since: number, { docker, log }: ContainerContext): ContainerProcess {
  const container = docker.getContainer(id);
  const logged = copyLog(docker, id, since, log).catch(() => {});
  let ending: Ending | undefined;
  let paused = false;
  const end = awaitEnding(container).then(async (message) => {
    // Its last lines may still be on their way.
    await Promise.race([logged, delay(1000, undefined, { ref: false })]);
    ending = message;
  });
  const resume = async () => {
    if (!paused) return;
    await container.unpause();
    paused = false;
  };
  return {
    id,
    ended: () => ending,
    end,
    pause: async () => {
      await container.pause();
      paused = true;
    },
    resume,
    stop: async (signal, graceMs) => {
      await resume();
      const kill = (name: string) => container.kill({ signal: name }).catch(() => {});
      if (ending === undefined) {
        await kill(signal);
        await Promise.race([end, delay(graceMs, undefined, { ref: false })]);
      }
      if (ending === undefined) await kill('SIGKILL');
      await end;
    },
  };
}

async function awaitEnding(container: Dockerode.Container): Promise<Ending> {
  try {
    const { StatusCode: code } = await container.wait();
    const { State } = await container.inspect();
    if (State.OOMKilled) return { description: 'was killed by the kernel: it ran out of memory' };
    return { exitCode: code, description: `ended with exit code ${code}` };
  } catch (error) {
    return { description: `is gone from the engine (${readEngineMessage(error)})` };
  }
}

async function copyLog(docker: Dockerode, id: string, since: number, log: LogFile): Promise<void> {
  const stream = await docker.getContainer(id).logs({ follow: true, stdout: true, stderr: true, since });
  const sink = new Writable({
    write: (chunk: Uint8Array, _, done) => {
      log.write(chunk);
      done();
    },
  });
  docker.modem.demuxStream(stream, sink, sink);
  await new Promise((resolve) => stream.once('end', resolve).once('close', resolve).once('error', resolve));
}

/** Turns what an engine answers into what a person can do about it: `PortTaken`, or `CannotRun`. */
export function explainFailure(error: unknown, title: string): Error {
  const message = readEngineMessage(error);
  if (/port is already allocated|address already in use/i.test(message)) return new PortTaken(`${title}: port in use`);
  return new CannotRun(
    `${title} can't be started: the engine's message: ${message}`,
    hasNoAnswer(error) ? 'start the container engine again, or run with STACK=native.' : adviseOn(message),
  );
}

/** Whether nothing came back from the engine: what it answers itself has a status. */
function hasNoAnswer(error: unknown): boolean {
  return error instanceof Error && 'code' in error && !('statusCode' in error);
}

/** By the engine's own text: its answers have no other data. */
function adviseOn(message: string): string {
  if (/no space left on device/i.test(message)) {
    return 'make room on the disk of the engine: `docker system df` shows what takes it, `docker system prune` frees what is unused.';
  }
  if (/mount|bind source path/i.test(message)) {
    return 'the engine does not see the files of this machine: set DOCKER_HOST to its tcp:// address, so that files are copied.';
  }
  return 'see the message of the engine above; `npm run doctor` shows which engine it is.';
}
