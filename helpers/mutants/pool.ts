import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { selectCriteria } from '../cli/select-criteria.ts';
import type { Part } from '../run/part.ts';
import { listParts } from '../run/phases.ts';
import { readPhases } from '../run/read-phases.ts';
import { ROOT } from '../settings/settings.ts';
import { findTemporaryDirectory } from '../stack/owned/temporary-directory.ts';
import type { Outcome } from './judge.ts';
import type { Mutant } from './mutant.ts';
import type { Order } from './worker.ts';

const program = fileURLToPath(new URL('worker.ts', import.meta.url));
/** The longest that a mutant may take, the start of its stack included. */
const MAX_MS = 180_000;

/** The parts that the warm stacks of these mutants have. */
export function listNeeds(chosen: readonly Mutant[]): Part[] {
  const phases = readPhases();
  const warm = chosen.filter(({ breaks }) => breaks.variables === undefined);
  return listParts(warm.flatMap(({ run }) => selectCriteria(phases, run)));
}

/** Runs mutants on so many stacks side by side, and calls `onOutcome` with what came of each. */
export async function runPool(
  chosen: readonly Mutant[],
  stacks: number,
  onOutcome: (mutant: Mutant, outcome: Outcome) => void,
): Promise<void> {
  const parts = listNeeds(chosen);
  // The longest first: those that need most, so that no stack is left alone with one at the end.
  const queue = [...chosen].sort((a, b) => weigh(b) - weigh(a));
  const directory = mkdtempSync(join(findTemporaryDirectory(), 'alloy-verify-mutants-'));
  const work = async () => {
    let worker: ChildProcess | undefined;
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      worker ??= startWorker(mkdtempSync(join(directory, 'stack-')));
      const outcome = await order(worker, { id: mutant.id, parts });
      if (worker.exitCode !== null || worker.signalCode !== null) worker = undefined;
      onOutcome(mutant, outcome);
    }
    if (worker === undefined) return;
    const ended = once(worker, 'exit');
    worker.disconnect();
    await ended;
  };
  try {
    await Promise.all(Array.from({ length: Math.min(stacks, chosen.length) }, work));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function weigh({ run, breaks }: Mutant): number {
  return run.length + (breaks.services === undefined ? 0 : 1) + (breaks.parts === undefined ? 0 : 1);
}

function startWorker(directory: string): ChildProcess {
  return spawn(process.execPath, [program, directory], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

/** Has a worker run a mutant. One that ends or hangs is a problem of the mutant, and its stack ends with it. */
async function order(worker: ChildProcess, sent: Order): Promise<Outcome> {
  const began = performance.now();
  const fail = (problem: string): Outcome => ({
    id: sent.id,
    failed: [],
    passed: 0,
    problem,
    seconds: (performance.now() - began) / 1000,
  });
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const onMessage = (outcome: unknown) => resolve(outcome as Outcome);
  const onExit = () => resolve(fail(`its process ended with ${worker.exitCode ?? worker.signalCode}`));
  const timer = setTimeout(() => {
    worker.off('exit', onExit).once('exit', () => resolve(fail(`it took more than ${MAX_MS / 1000} s`)));
    worker.kill('SIGKILL');
  }, MAX_MS);
  worker.once('message', onMessage).once('exit', onExit);
  worker.send(sent);
  const outcome = await promise;
  clearTimeout(timer);
  worker.off('message', onMessage).off('exit', onExit);
  return outcome;
}
