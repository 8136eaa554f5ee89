import { startVitest } from 'vitest/node';
import type { Verdict } from '../report/verdict.ts';
import { ROOT } from '../settings/settings.ts';
import { shared } from './shared-state.ts';

/** Runs the criteria of the run that this process has joined, in one thread, and returns its verdict, if there is one. */
export async function runCriteria(options: { readonly testNamePattern?: RegExp } = {}): Promise<Verdict | undefined> {
  // Its one file holds the criteria of every order.
  const vitest = await startVitest('test', [], {
    root: ROOT,
    watch: false,
    project: 'criteria',
    reporters: [],
    // Node reads the configuration itself; bundled, it would be written into node_modules, which may be another user's.
    configLoader: 'native',
    ...options,
  });
  const verdict = shared.run?.verdict;
  await vitest.close();
  return verdict;
}
