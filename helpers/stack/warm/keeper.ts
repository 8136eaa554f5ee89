// The process that keeps a warm stack: `npm run stack:up` starts it, `stack:down` ends it with SIGTERM. It says to the
// process that started it whether there is a stack now, and goes on by itself.

import { dirname, join } from 'node:path';
import { CannotRun } from '../../run/cannot-run.ts';
import { partsInOrder } from '../../run/stack.ts';
import { environmentWithDotenv, readSettings } from '../../settings/settings.ts';
import { ownerOf } from '../owned/run-directory.ts';
import { startRun } from '../start.ts';
import { serveLeases } from './lease.ts';
import { removeWarmState, writeWarmState } from './warm-state.ts';

/** What the keeper says: what takes time, and once, at last, that it keeps a stack, or why not. */
export type KeeperMessage =
  | { readonly line: string }
  | { readonly kept: true }
  | { readonly message: string; readonly fix: string };

const parts = partsInOrder;

try {
  await keep();
  tell({ kept: true });
} catch (error) {
  const fix = error instanceof CannotRun ? error.fix : '`npm run doctor` shows what this machine has.';
  tell({ message: error instanceof Error ? error.message : String(error), fix });
  process.exit(2);
}
process.disconnect?.();

async function keep(): Promise<void> {
  const environment = environmentWithDotenv();
  const settings = readSettings(environment);
  const say = (line: string) => tell({ line });
  const { run, stack, made } = await startRun(settings, parts, environment, { reuse: false, say });
  if (stack === undefined || made === undefined)
    throw new CannotRun('STACK=external is there already.', 'leave STACK unset to start a stack.');
  const failure = Object.values(stack.failures)[0];
  if (failure !== undefined) {
    await stack.stop();
    throw new CannotRun(failure, 'mend the configuration; `npm run verify` tells more.');
  }
  const { controlSocket } = stack;
  if (controlSocket === undefined) throw new TypeError('a stack of ours has a control socket');
  const directory = dirname(controlSocket);
  const leaseSocket = join(directory, 'lease.sock');
  // A run that was killed in the middle of an outage leaves parts away: the next one finds all of them.
  const leases = await serveLeases(leaseSocket, async () => {
    await Promise.allSettled(parts.map((part) => stack.bringBack(part)));
  });
  const { versions, timings } = stack;
  const logs = join(directory, 'logs');
  writeWarmState({ owner: ownerOf(process.pid), ...made, leaseSocket, logs, run, versions, timings });
  process.once('SIGTERM', () => {
    removeWarmState();
    leases.close();
    void stack.stop().finally(() => process.exit());
  });
}

function tell(message: KeeperMessage): void {
  process.send?.(message);
}
