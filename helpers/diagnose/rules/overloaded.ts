import type { Milliseconds } from '../../otlp/ids.ts';
import { isOverload } from '../load.ts';
import { createRule } from '../rule.ts';

/** From here on between two looks a run against the mock cloud is late: it looks every 120 ms, and an answer takes a few. */
const LATE_MS: Milliseconds = 400;

/**
 * The machine has far more to do than it can, what was asked about was looked for far too seldom or a client ran into its timeout,
 * and nothing on the way is wrong. Comes after all other rules: an overloaded machine hides no other fault.
 *
 * `this machine is overloaded: 9.2 processes want each of its 2 cores (load 18.4), and the run could look only 9 times in 10.4 s`
 */
export const overloaded = createRule('machine overloaded', ({ evidence, stop, run, load, unreachable }) => {
  if (load === undefined || !isOverload(load) || unreachable.length > 0) return undefined;
  if (evidence.kind === 'error') return evidence.isTimeout === true ? load : undefined;
  // A hosted backend takes its own time to answer, which says nothing about this machine.
  if (evidence.kind !== 'observation' || run.backend !== 'mock') return undefined;
  if (stop !== undefined && stop.at !== 'beyond Alloy') return undefined;
  const { attempts, elapsedMs } = evidence;
  return elapsedMs / attempts < LATE_MS ? undefined : { ...load, attempts, elapsedMs };
});
