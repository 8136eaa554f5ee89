import { isOverload } from '../load.ts';
import { createRule } from '../rule.ts';

/**
 * The machine has far more to do than it can, nothing on the way is wrong, and what was asked for has come since, or a client ran into its
 * timeout. Comes after all other rules: an overloaded machine hides no other fault.
 *
 * `this machine is overloaded: 9.2 processes want each of its 2 cores (load 18.4), and what was asked for came after 14.2 s, where it has 10.4 s`
 */
export const overloaded = createRule('machine overloaded', ({ evidence, run, load, delay, unreachable }) => {
  if (load === undefined || !isOverload(load) || unreachable.length > 0) return undefined;
  if (evidence.kind === 'error') return evidence.isTimeout === true ? load : undefined;
  // A hosted backend takes its own time, which says nothing about this machine.
  if (evidence.kind !== 'observation' || run.backend !== 'mock' || typeof delay !== 'number') return undefined;
  return { ...load, delay, limit: evidence.deadlineMs ?? evidence.elapsedMs };
});
