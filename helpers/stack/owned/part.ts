import { mkdirSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import { CannotRun } from '../../run/cannot-run.ts';
import type { Part, PlannedEndpoints } from '../../run/stack.ts';
import { howToInstall } from '../../setup/how-to-install.mjs';
import { findProgram, type ProgramName, programs } from '../../setup/programs.mjs';
import { type Command, type PartProcess, startProcess } from '../native/part-process.ts';
import type { UnprivilegedUser } from '../native/unprivileged-user.ts';
import { type LogFile, logTail } from './log-file.ts';
import type { PortBlock } from './ports.ts';
import { untilReady } from './ready.ts';
import type { RunDirectory } from './run-directory.ts';

/** What a part is planned with. */
export type PartContext = {
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
  readonly endpoints: PlannedEndpoints;
  /** Makes what the first start needs. */
  readonly prepare: () => Promise<void>;
  /** Starts it, for the first time or anew at the same addresses. */
  readonly launch: () => Promise<PartProcess>;
  /** Does with the part what its users will do; throws while it can't. */
  readonly probe: () => Promise<void>;
  /** Makes, once, what needs the part to run: roles, databases. */
  readonly complete?: () => Promise<void>;
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
  readonly pause: () => Promise<void>;
  readonly resume: () => Promise<void>;
  readonly stop: (graceMs: number) => Promise<void>;
  /** Throws, with the reason, where the part does not do what it is there for. */
  readonly check: () => Promise<void>;
  readonly restart: () => Promise<void>;
  readonly takeAway: () => Promise<void>;
  readonly bringBack: () => Promise<void>;
};

const stopGraceMs = 5000;

/** Starts a part as planned. Returns when it is ready; throws `PortTaken` or `CannotRun`. */
export async function startPart(plan: PartPlan, context: PartContext): Promise<RunningPart> {
  const began = performance.now();
  await plan.prepare();
  let process = await plan.launch();
  let away = false;
  await ready();
  await plan.complete?.();

  async function ready(): Promise<void> {
    const { title, probe, deadlineMs } = plan;
    await untilReady({ title, process, probe, deadlineMs, logTail: (lines) => logTail(context.logPath, lines) });
  }
  const resume = async () => {
    await process.resume();
    await ready();
  };
  const start = async () => {
    process = await plan.launch();
    await ready();
  };
  const stop = (graceMs: number) => process.stop(plan.stopSignal, graceMs);

  return {
    version: await plan.version(),
    startedInMs: performance.now() - began,
    pause: () => process.pause(),
    resume,
    stop,
    check: () => plan.probe(),
    restart: async () => {
      await stop(stopGraceMs);
      await start();
      away = false;
    },
    takeAway: async () => {
      if (away) return;
      away = true;
      if (plan.outage === 'pause') await process.pause();
      else if (plan.outage === 'kill') await process.stop('SIGKILL', 0);
      else await stop(stopGraceMs);
    },
    bringBack: async () => {
      if (!away) return;
      await (plan.outage === 'pause' ? resume() : start());
      away = false;
    },
  };
}

/** What starts a part as a process of this machine, with what it prints in its log. Throws `CannotRun` where it can't be started at all. */
export function processOf(title: string, command: Command, { run, log }: PartContext): () => Promise<PartProcess> {
  return async () => {
    try {
      return await startProcess(command, run, log);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CannotRun(`${title} can't be started: ${reason}`, `look at ${command.file}.`);
    }
  };
}

/** The path of a part's program; throws `CannotRun` with what brings it where this machine has none. */
export function requireProgram(name: ProgramName): string {
  const path = findProgram(name);
  if (path !== undefined) return path;
  const missing = programs.filter((program) => program.name === name);
  throw new CannotRun(`${missing.map(({ title }) => title).join()} is missing on this machine.`, howToInstall(missing));
}

/** Makes the directory in which a part keeps its files, open to nobody but the user that the part runs as. */
export async function makePartDirectory(run: RunDirectory, part: Part, user?: UnprivilegedUser): Promise<string> {
  const path = join(run.path, part);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (user !== undefined) await chown(path, user.uid, user.gid);
  return path;
}
