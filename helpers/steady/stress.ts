import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('stress-worker.ts', import.meta.url));

/** What keeps the machine busy; disposing ends it. It also ends when this process does, however that ends. */
export type Stress = AsyncDisposable & {
  /** A worker in words each: `cpu`, `memory`, `disk`. */
  readonly workers: readonly string[];
  readonly pids: readonly number[];
};

/** Keeps every core, a part of the memory and the disk busy. Returns when all of it has begun. */
export async function startStress(cores: number = availableParallelism()): Promise<Stress> {
  const kinds = [...Array.from({ length: cores }, () => 'cpu'), 'memory', 'disk'];
  const children = kinds.map((kind) =>
    // As the programs of others are: Linux shares the processor among sessions, and the suite is not to compete in its own.
    spawn(process.execPath, [program, kind], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], detached: true }),
  );
  await Promise.all(children.map((child) => once(child, 'message')));
  return {
    workers: kinds,
    pids: children.flatMap(({ pid }) => pid ?? []),
    [Symbol.asyncDispose]: async () => void (await Promise.all(children.map(end))),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
