import { join } from 'node:path';
import { runCriteria } from '../cli/run-criteria.ts';
import { matchCriteria } from '../cli/select-criteria.ts';
import { shared } from '../cli/shared-state.ts';
import type { Verdict } from '../report/verdict.ts';
import { CannotRun } from '../run/cannot-run.ts';
import type { DeclaredPhase } from '../run/phases.ts';
import { ROOT } from '../settings/settings.ts';
import type { JoinedRun } from '../stack/start.ts';

/** Where the verdicts of the mutants' runs are. */
export const MUTANTS_DIRECTORY: string = join(ROOT, 'reports', 'mutants');

/** Runs these criteria on a stack that is as the mutant left it, and returns the verdict, which is also in a file of its own. */
export async function runPhases(id: string, joined: JoinedRun, phases: readonly DeclaredPhase[]): Promise<Verdict> {
  shared.run = {
    started: Promise.resolve(joined),
    phases,
    isVerify: true,
    isPrinted: false,
    verdictFile: join(MUTANTS_DIRECTORY, `${id}.json`),
    users: 1,
  };
  try {
    const verdict = await runCriteria({ testNamePattern: matchCriteria(phases) });
    if (verdict === undefined) throw new CannotRun('the run ended without a verdict.', 'run it again.');
    return verdict;
  } finally {
    delete shared.run;
  }
}
