import { mkdirSync } from 'node:fs';
import { chown, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CannotRun } from '../../run/cannot-run.ts';
import type { Endpoints } from '../../run/endpoints.ts';
import type { Part } from '../../run/part.ts';
import type { EnvironmentChange } from '../../run/stack.ts';
import { howToInstall } from '../../setup/how-to-install.mjs';
import { findProgram, type ProgramName, programs } from '../../setup/programs.mjs';
import type { StackRequest } from '../plan.ts';
import { type LogFile, readLogTail } from './log-file.ts';
import { type Command, type PartProcess, startProcess } from './part-process.ts';
import type { PortBlock } from './ports.ts';
import { PortTaken, untilReady } from './ready.ts';
import type { RunDirectory } from './run-directory.ts';
import type { UnprivilegedUser } from './unprivileged-user.ts';

/** What a part is planned with: what its stack is started for, and its place in the run's directory. */
export type PartContext = {
  readonly request: StackRequest;
  readonly run: RunDirectory;
  readonly ports: PortBlock;
  readonly log: LogFile;
  readonly logPath: string;
};

/** A part before it is started: its addresses and credentials are decided, nothing runs. */
export type PartPlan = {
  readonly part: Part;
  readonly title: string;
  /** Where this part will be reached. */
  readonly endpoints: Endpoints;
  /** Makes what the first start needs. */
  readonly prepare: () => Promise<void>;
  /** Starts it, for the first time or again at the same addresses, where it is a process with these variables over its own. */
  readonly launch: (environment: EnvironmentChange) => Promise<PartProcess>;
  /** Does with the part what its users will do; throws while it can't. */
  readonly probe: () => Promise<void>;
  /** Makes, once, what needs the part to run: roles, databases. Returns what of it failed, where the part works nevertheless. */
  readonly complete?: () => Promise<string | undefined>;
  readonly version: () => Promise<string>;
  readonly deadlineMs: number;
  readonly stopSignal: NodeJS.Signals;
  /** How an outage of it is made: a part whose boot costs seconds is paused; what has to survive its own death is killed. */
  readonly outage: 'pause' | 'stop' | 'kill';
};

/** A part that was started and is or was ready. */
export type RunningPart = {
  readonly version: string;
  readonly startedInMs: number;
  /** What of it could not be made, although it runs. */
  readonly problem?: string;
  readonly pause: () => Promise<void>;
  readonly resume: () => Promise<void>;
  readonly stop: (graceMs: number) => Promise<void>;
  /** Throws, with the reason, where the part does not do what it is there for. */
  readonly check: () => Promise<void>;
  readonly restart: () => Promise<void>;
  /** Starts it with other variables, as `change` of a stack does. */
  readonly change: (environment: EnvironmentChange) => Promise<void>;
  readonly takeAway: () => Promise<void>;
  readonly bringBack: () => Promise<void>;
};

const stopGraceMs = 5000;

/** Starts a part as planned. Returns when it is ready; throws `PortTaken` or `CannotRun`. */
export async function startPart(plan: PartPlan, context: PartContext): Promise<RunningPart> {
  const began = performance.now();
  await plan.prepare();
  let environment: EnvironmentChange = {};
  let running = await plan.launch(environment);
  let away = false;
  let problem: string | undefined;
  try {
    await ready();
    problem = await plan.complete?.();
  } catch (error) {
    // It may run without that port: beside its successor it would go on sending.
    if (error instanceof PortTaken) await running.stop('SIGKILL', 0);
    throw error;
  }

  async function ready(): Promise<void> {
    const { title, probe, deadlineMs } = plan;
    await untilReady({
      title,
      running,
      probe,
      deadlineMs,
      readLogTail: (lines) => readLogTail(context.logPath, lines),
    });
  }
  const resume = async () => {
    await running.resume();
    await ready();
  };
  const start = async () => {
    running = await plan.launch(environment);
    await ready();
  };
  const stop = (graceMs: number) => running.stop(plan.stopSignal, graceMs);

  return {
    version: await plan.version(),
    startedInMs: performance.now() - began,
    ...(problem !== undefined && { problem }),
    pause: () => running.pause(),
    resume,
    stop,
    check: () => plan.probe(),
    restart: async () => {
      await stop(stopGraceMs);
      await start();
      away = false;
    },
    change: async (other) => {
      environment = other;
      await stop(stopGraceMs);
      // What it has printed until now is no evidence about what it does from now on.
      await rm(context.logPath, { force: true });
      running = await plan.launch(environment);
      away = false;
    },
    takeAway: async () => {
      if (away) return;
      away = true;
      if (plan.outage === 'pause') await running.pause();
      else if (plan.outage === 'kill') await running.stop('SIGKILL', 0);
      else await stop(stopGraceMs);
    },
    bringBack: async () => {
      if (!away) return;
      await (plan.outage === 'pause' ? resume() : start());
      away = false;
    },
  };
}

/** Returns what starts a part as a process of this machine, its output in its log; that throws `CannotRun` where it can't be started at all. */
export function launchProcess(title: string, command: Command, { run, log }: PartContext): PartPlan['launch'] {
  return async (environment) => {
    try {
      return await startProcess({ ...command, environment: { ...command.environment, ...environment } }, run, log);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CannotRun(`${title} can't be started: ${reason}`, `look at ${command.file}.`);
    }
  };
}

/** Finds a part's program on `path` and in Debian's places; throws `CannotRun` with what installs it where it is missing. */
export function requireProgram(name: ProgramName, path: string): string {
  const found = findProgram(name, path);
  if (found !== undefined) return found;
  const missing = programs.filter((program) => program.name === name);
  throw new CannotRun(`${missing.map(({ title }) => title).join()} is missing on this machine.`, howToInstall(missing));
}

/** Makes the directory in which a part keeps its files, closed to everybody but the user that the part runs as. */
export async function makePartDirectory(run: RunDirectory, part: Part, user?: UnprivilegedUser): Promise<string> {
  const path = join(run.path, part);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (user !== undefined) await chown(path, user.uid, user.gid);
  return path;
}
