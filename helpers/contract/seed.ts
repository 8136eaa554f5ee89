import { readSettings } from '../settings/settings.ts';

const MAX_SEED = 1_000_000;

/** The seed of all random choices: CONTRACT_SEED to repeat a run, otherwise another one each time. */
export function readSeed(): number {
  return readSettings().contractSeed ?? Math.floor(Math.random() * MAX_SEED);
}
