import { join } from 'node:path';
import type { PartControl } from '../../run/part-control.ts';
import type { Endpoints, Part, Stack } from '../../run/stack.ts';
import { serveControl } from './control-server.ts';
import { logTail } from './log-file.ts';
import type { RunningPart } from './part.ts';
import { type PortBlock, takePortBlock } from './ports.ts';
import { makeRunDirectory, type RunDirectory, sweepStaleRuns } from './run-directory.ts';
import { logPathOf, type StartedParts } from './start-parts.ts';

/** How a stack of ours is started and ended, in the directory and on the ports of its run. */
export type StackMaker = {
  readonly kind: Stack['kind'];
  readonly start: (run: RunDirectory, ports: PortBlock) => Promise<StartedParts>;
  /** Its endpoints, with all that is known when its parts run. */
  readonly endpoints: (parts: StartedParts, run: RunDirectory) => Promise<Endpoints>;
  /** Ends what would not end with the run's directory; `parts` is undefined where the start has failed. */
  readonly end: (parts: StartedParts | undefined) => Promise<void>;
};

/**
 * Makes a stack that this process owns: its run's directory, its ports, and the socket on which test workers take its
 * parts away. Returns when all parts are ready. Throws what `start` throws, and leaves nothing then.
 */
export async function ownStack(maker: StackMaker): Promise<Stack> {
  const began = performance.now();
  const sweep = sweepStaleRuns().catch(() => []);
  const run = await makeRunDirectory();
  const ports = await takePortBlock();
  const end = async (parts: StartedParts | undefined) => {
    await maker.end(parts);
    await run.end();
    ports.release();
    await sweep;
  };
  // The parts keep nobody waiting; while they are being started, their starter has to be there.
  const presence = setInterval(() => {}, 60_000);
  let started: StartedParts | undefined;
  try {
    started = await maker.start(run, ports);
    return await stackOf(maker, run, started, began, end);
  } catch (error) {
    await end(started);
    throw error;
  } finally {
    clearInterval(presence);
  }
}

async function stackOf(
  maker: StackMaker,
  run: RunDirectory,
  parts: StartedParts,
  began: number,
  end: (parts: StartedParts) => Promise<void>,
): Promise<Stack> {
  const { running, failures } = parts;
  const each = <T>(value: (part: RunningPart) => T) =>
    Object.fromEntries([...running].map(([name, part]) => [name, value(part)]));
  const act = async (part: Part, action: (running: RunningPart) => Promise<void>) => {
    const found = running.get(part);
    if (found === undefined) throw new Error(`${part} is not among the parts of this stack`);
    await inTurn(found, () => action(found));
  };
  const control: PartControl = {
    takeAway: (part) => act(part, (running) => running.takeAway()),
    bringBack: (part) => act(part, (running) => running.bringBack()),
    pause: (part) => act(part, (running) => running.pause()),
    resume: (part) => act(part, (running) => running.resume()),
    check: (part) => act(part, (running) => running.check()),
    restart: (part) => act(part, (running) => running.restart()),
  };
  const endpoints = await maker.endpoints(parts, run);
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
    controlSocket,
    versions: each(({ version }) => version),
    timings: { ...each(({ startedInMs }) => Math.round(startedInMs)), stack: Math.round(performance.now() - began) },
    failures,
    logTail: (part, lines) => logTail(logPathOf(run, part), lines),
    ...control,
    stop: stopOnce,
    [Symbol.asyncDispose]: stopOnce,
  };
}

const turns = new WeakMap<RunningPart, Promise<unknown>>();

/** What is asked of one part is done one after the other. */
async function inTurn(part: RunningPart, action: () => Promise<void>): Promise<void> {
  const before = turns.get(part) ?? Promise.resolve();
  const turn = before.catch(() => {}).then(action);
  turns.set(part, turn);
  await turn;
}
