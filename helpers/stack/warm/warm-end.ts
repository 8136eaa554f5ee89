import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isOwnerAlive } from '../owned/run-directory.ts';
import { readWarmState, removeWarmState } from './warm-state.ts';

const maxMs = 15_000;

/** Ends the warm stack of this checkout. Returns when nothing of it is left; false where there was none. */
export async function endWarmStack(): Promise<boolean> {
  const state = readWarmState();
  if (state === undefined) return false;
  const keeper = Number(state.owner.split(' ')[0]);
  process.kill(keeper, 'SIGTERM');
  const deadline = performance.now() + maxMs;
  while (isOwnerAlive(state.owner)) {
    // Its watchdog then does what the keeper could not.
    if (performance.now() > deadline) process.kill(keeper, 'SIGKILL');
    await delay(20);
  }
  while (existsSync(dirname(state.leaseSocket))) await delay(20);
  removeWarmState();
  return true;
}
