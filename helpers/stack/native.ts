import { join } from 'node:path';
import { CannotRun } from './cannot-run.ts';
import { serveControl } from './control-server.ts';
import { logTail } from './log-file.ts';
import { logPathOf, type NativeOptions, type StartedParts, startParts } from './native-parts.ts';
import type { RunningPart } from './part.ts';
import type { PartControl } from './part-control.ts';
import { takePortBlock } from './ports.ts';
import { makeRunDirectory, type RunDirectory, sweepStaleRuns } from './run-directory.ts';
import type { Endpoints, Part, Stack } from './stack.ts';

export type { NativeOptions } from './native-parts.ts';

/** Alloy holds on to what it could not deliver for up to a minute after SIGTERM. */
const graceMs = 1000;

/**
 * These end within milliseconds when asked to, and wait for the processes that they started; killed, they would leave
 * those to the machine's first process, which does not wait in every container. What the others hold is worth nothing.
 */
const endedInOrder: readonly Part[] = ['alloy', 'postgres', 'redis'];

/**
 * Starts the parts side by side, Alloy first, as child processes on free loopback ports in one temporary directory.
 * Returns when all are ready. Throws `CannotRun`, and leaves nothing, where one of them can't be started.
 */
export async function startNative(options: NativeOptions): Promise<Stack> {
  if (process.platform !== 'linux') {
    throw new CannotRun(
      'the native stack is for Debian and Ubuntu; this is another system.',
      'start a Docker engine, and run with STACK=containers.',
    );
  }
  const began = performance.now();
  const sweep = sweepStaleRuns().catch(() => []);
  const run = await makeRunDirectory();
  const ports = await takePortBlock();
  const end = async () => {
    await run.end();
    ports.release();
    await sweep;
  };
  // The parts' processes keep nobody waiting; while they are being started, their starter has to be there.
  const presence = setInterval(() => {}, 60_000);
  try {
    const started = await startParts(options, run, ports);
    return await stackOf(options, run, started, began, end);
  } catch (error) {
    await end();
    throw error;
  } finally {
    clearInterval(presence);
  }
}

async function stackOf(
  options: NativeOptions,
  run: RunDirectory,
  { running, endpoints, failures }: StartedParts,
  began: number,
  end: () => Promise<void>,
): Promise<Stack> {
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
  const controlSocket = join(run.path, 'control.sock');
  const server = await serveControl(controlSocket, control);

  let stopped: Promise<void> | undefined;
  const stop = async () => {
    await server.close();
    await Promise.all(endedInOrder.map((part) => running.get(part)?.stop(graceMs)));
    await end();
  };
  const stopOnce = () => {
    stopped ??= stop();
    return stopped;
  };
  return {
    kind: 'native',
    warm: false,
    endpoints: completed(endpoints, options, running.get('alloy')?.version ?? 'unknown', logPathOf(run, 'alloy')),
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

function completed(
  { alloy, ...others }: StartedParts['endpoints'],
  options: NativeOptions,
  version: string,
  logFile: string,
): Endpoints {
  if (alloy === undefined || options.alloy === undefined) return others;
  const { program, config } = options.alloy;
  return { ...others, alloy: { ...alloy, kind: program.kind, version, config, command: program.command, logFile } };
}
