import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { startTicks } from '../../setup/lock.mjs';
import type { LogFile } from './log-file.ts';
import { listFamily, signalFamily } from './processes.ts';
import type { RunDirectory } from './run-directory.ts';
import type { UnprivilegedUser } from './unprivileged-user.ts';

/** How one process of a part is started. No secret stands in `args`: every user can read them. */
export type Command = {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A directory inside the run's. */
  readonly cwd: string;
  readonly user?: UnprivilegedUser | undefined;
};

/** How a process or container ended: its exit code, where it has one, and a sentence's predicate for people. */
export type Ending = { readonly exitCode?: number; readonly description: string };

/** What a part was started as: a process with all that it started itself, or a container. */
export type PartProcess = {
  /** How it ended; undefined while it runs. */
  readonly ended: () => Ending | undefined;
  /** Resolves when it has ended. */
  readonly end: Promise<void>;
  /** Stops or continues the process and everything that it started. Returns when all have stopped. */
  readonly pause: () => Promise<void>;
  readonly resume: () => Promise<void>;
  /** Asks it to end with `signal`, and kills what is left of it and of its children after `graceMs`. */
  readonly stop: (signal: NodeJS.Signals, graceMs: number) => Promise<void>;
};

/**
 * Starts a process as the leader of a session of its own, marked and recorded as the run's. What it prints goes to the
 * log. The process does not keep the runner alive. Throws where it can't be started at all.
 */
export async function startProcess(command: Command, run: RunDirectory, log: LogFile): Promise<PartProcess> {
  const child = spawn(command.file, [...command.args], {
    cwd: command.cwd,
    env: { ...command.environment, ...run.mark },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(command.user === undefined ? {} : { uid: command.user.uid, gid: command.user.gid }),
  });
  const { pid } = child;
  if (pid === undefined) {
    const [error] = await once(child, 'error');
    throw error;
  }
  run.register(pid);
  const identity = { pid, startTicks: startTicks(pid) };
  child.unref();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', log.write);
    if ('unref' in stream && typeof stream.unref === 'function') stream.unref();
  }
  const end = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    ended: () => describeEnding(child),
    end,
    pause: async () => {
      signalFamily(identity, 'SIGSTOP');
      const deadline = performance.now() + 5000;
      while (listFamily(identity).some(({ state }) => state !== 'T')) {
        if (performance.now() > deadline) throw new Error(`process ${pid} was not stopped by SIGSTOP within 5 s`);
        await delay(2);
      }
    },
    resume: async () => signalFamily(identity, 'SIGCONT'),
    stop: async (signal, graceMs) => {
      child.ref();
      if (describeEnding(child) === undefined) {
        signalFamily(identity, 'SIGCONT');
        child.kill(signal);
        await Promise.race([end, delay(graceMs, undefined, { ref: false })]);
      }
      signalFamily(identity, 'SIGKILL');
      await end;
    },
  };
}

function describeEnding({ exitCode, signalCode }: ChildProcess): Ending | undefined {
  if (exitCode !== null) return { exitCode, description: `ended with exit code ${exitCode}` };
  return signalCode === null ? undefined : { description: `was ended by ${signalCode}` };
}
