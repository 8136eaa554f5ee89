import { dirname, join } from 'node:path';
import type { Part, PartControl } from '../../run/part.ts';
import type { AlloyEndpoint } from '../../run/run.ts';
import type { EnvironmentChange, Stack } from '../../run/stack.ts';
import type { EngineSettings } from '../../settings/settings.ts';
import { serveControl } from './control-server.ts';
import { readLogTail } from './log-file.ts';
import type { RunningPart } from './part.ts';
import { type PortBlock, takePortBlock } from './ports.ts';
import { makeRunDirectory, type RunDirectory, sweepStaleRuns } from './run-directory.ts';
import { buildLogPath, type StartedParts } from './start-parts.ts';

/** How one kind of stack is started and ended, in the directory and on the ports of its run. */
export type StackMaker = {
  readonly kind: Stack['kind'];
  /** Where a container engine is, from which what ended runs have left is removed as well. */
  readonly engine: EngineSettings;
  readonly start: (run: RunDirectory, ports: PortBlock) => Promise<StartedParts>;
  /** Which Alloy it is that runs, where one does. */
  readonly describeAlloy: () => Promise<
    Pick<AlloyEndpoint, 'kind' | 'config' | 'configInside' | 'command' | 'isCommandEmbedded'>
  >;
  /** Ends what would not end with the run's directory; `parts` is undefined where the start has failed. */
  readonly end: (parts: StartedParts | undefined) => Promise<void>;
};

/**
 * Makes a stack that this process owns: its run's directory, its ports, and the socket on which test workers take its
 * parts away. Returns when all parts are ready. Throws what `start` throws, and leaves nothing then.
 */
export async function ownStack(maker: StackMaker): Promise<Stack> {
  const began = performance.now();
  const sweep = sweepStaleRuns(maker.engine).catch(() => []);
  const run = await makeRunDirectory(maker.engine);
  const ports = await takePortBlock();
  const end = async (parts: StartedParts | undefined) => {
    await maker.end(parts);
    await run.end();
    ports.release();
    await sweep;
  };
  // The parts don't keep this process alive; while they start, it has to be there.
  const presence = setInterval(() => {}, 60_000);
  let started: StartedParts | undefined;
  try {
    started = await maker.start(run, ports);
    return await buildStack(maker, run, started, began, end);
  } catch (error) {
    await end(started);
    throw error;
  } finally {
    clearInterval(presence);
  }
}

async function buildStack(
  maker: StackMaker,
  run: RunDirectory,
  parts: StartedParts,
  began: number,
  end: (parts: StartedParts) => Promise<void>,
): Promise<Stack> {
  const { running, failures, endpoints } = parts;
  const mapParts = <T>(read: (part: RunningPart) => T) =>
    Object.fromEntries([...running].map(([name, part]) => [name, read(part)]));
  const act = async (part: Part, action: (running: RunningPart) => Promise<void>) => {
    const found = running.get(part);
    if (found === undefined) throw new Error(`${part} is not among the parts of this stack`);
    await runInTurn(found, () => action(found));
  };
  const control: PartControl = {
    takeAway: (part) => act(part, (running) => running.takeAway()),
    bringBack: (part) => act(part, (running) => running.bringBack()),
    pause: (part) => act(part, (running) => running.pause()),
    resume: (part) => act(part, (running) => running.resume()),
    check: (part) => act(part, (running) => running.check()),
    restart: (part) => act(part, (running) => running.restart()),
  };
  const alloy: AlloyEndpoint | undefined = endpoints.alloy && {
    ...endpoints.alloy,
    ...(await maker.describeAlloy()),
    version: running.get('alloy')?.version ?? 'unknown',
    logFile: buildLogPath(run, 'alloy'),
  };
  const controlSocket = join(run.path, 'control.sock');
  const server = await serveControl(controlSocket, control);

  let stopped: Promise<void> | undefined;
  const stop = async () => {
    await server.close();
    await end(parts);
  };
  const stopOnce = () => {
    stopped ??= stop();
    return stopped;
  };
  return {
    kind: maker.kind,
    warm: false,
    endpoints,
    ...(alloy && { alloy }),
    controlSocket,
    versions: mapParts(({ version }) => version),
    timings: {
      ...mapParts(({ startedInMs }) => Math.round(startedInMs)),
      stack: Math.round(performance.now() - began),
    },
    failures,
    logs: dirname(buildLogPath(run, 'alloy')),
    readLogTail: (part, lines) => readLogTail(buildLogPath(run, part), lines),
    ...control,
    ...(maker.kind === 'native' && {
      change: (part: Part, environment: EnvironmentChange) => act(part, (running) => running.change(environment)),
    }),
    stop: stopOnce,
    [Symbol.asyncDispose]: stopOnce,
  };
}

const turns = new WeakMap<RunningPart, Promise<unknown>>();

/** Carries out the requests for one part one after the other. */
async function runInTurn(part: RunningPart, action: () => Promise<void>): Promise<void> {
  const before = turns.get(part) ?? Promise.resolve();
  const turn = before.catch(() => {}).then(action);
  turns.set(part, turn);
  await turn;
}
