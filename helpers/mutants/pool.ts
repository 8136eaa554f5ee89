import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { selectCriteria } from '../cli/select-criteria.ts';
import { isServicePart, type Part } from '../run/part.ts';
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

/** What a stack has beside Alloy and the backend. An idle part costs as much as one that is looked at: it is scraped as often. */
const KINDS = ['services', 'sources', 'connection'] as const;

/** The least kind of stack that a mutant can run on. */
function findKind(mutant: Mutant): (typeof KINDS)[number] {
  const needs = listNeeds([mutant]);
  if (needs.some(isServicePart)) return 'services';
  return needs.length > listNeeds([]).length ? 'sources' : 'connection';
}

/** The parts that a warm stack for these mutants has. */
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
  const kinds = Map.groupBy(chosen, findKind);
  // The stacks with the most parts first, so that no stack is left alone with a long mutant at the end.
  const queue = KINDS.flatMap((kind) => {
    const group = kinds.get(kind) ?? [];
    const parts = listNeeds(group);
    return group.map((mutant) => ({ mutant, parts }));
  });
  const directory = mkdtempSync(join(findTemporaryDirectory(), 'alloy-verify-mutants-'));
  const work = async () => {
    let worker: Worker | undefined;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { mutant, parts } = next;
      if (worker?.parts !== parts) {
        await worker?.end();
        worker = startWorker(mkdtempSync(join(directory, 'stack-')), parts);
      }
      const outcome = await worker.run(mutant.id);
      if (worker.hasEnded()) worker = undefined;
      onOutcome(mutant, outcome);
    }
    await worker?.end();
  };
  try {
    await Promise.all(Array.from({ length: Math.min(stacks, chosen.length) }, work));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A process with a stack of these parts. */
type Worker = {
  readonly parts: readonly Part[];
  /** Has it run a mutant. One in which it ends or hangs is a problem of the mutant, and its stack ends with it. */
  readonly run: (id: string) => Promise<Outcome>;
  readonly hasEnded: () => boolean;
  readonly end: () => Promise<void>;
};

function startWorker(directory: string, parts: readonly Part[]): Worker {
  const child = spawn(process.execPath, [program, directory], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return {
    parts,
    run: (id) => order(child, { id, parts }),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    end: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

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
