import type { Verdict } from '../report/verdict.ts';
import { ROOT } from '../settings/settings.ts';
import { shared } from './shared-state.ts';

/**
 * Runs the criteria of the run that this process has joined, in one thread, and returns the verdict, where there is one, and
 * whether everything around the criteria went well.
 */
export async function runCriteria(
  options: { readonly testNamePattern?: RegExp } = {},
): Promise<{ readonly verdict?: Verdict; readonly isClean: boolean }> {
  const { startVitest } = await import('vitest/node');
  // Its one file holds the criteria of every order.
  const vitest = await startVitest('test', [], {
    root: ROOT,
    watch: false,
    project: 'criteria',
    reporters: [],
    ...options,
  });
  const verdict = shared.run?.verdict;
  const isClean =
    vitest.state.getTestModules().every((module) => module.ok()) && vitest.state.getUnhandledErrors().length === 0;
  await vitest.close();
  return { ...(verdict !== undefined && { verdict }), isClean: isClean && process.exitCode !== 1 };
}
