/** `npm run verify [-- phase2 P3.1]`: the main job. Exit 0 all criteria hold, 1 one fails, 2 that can't be told. */
import { countStatuses, forgetVerdict, readExitCode } from '../report/verdict.ts';
import { CannotRun } from '../run/cannot-run.ts';
import { readPhases } from '../run/read-phases.ts';
import { runCommand } from './command.ts';
import { matchCriteria, selectCriteria } from './select-criteria.ts';
import { joinRun } from './shared-run.ts';

const usage = `npm run verify [-- PHASE|CRITERION …]

Verifies all criteria, or those of the phases and with the IDs that are named (phase2 P3.1), and writes
reports/verdict.json.
Exit code 0: all hold; 1: one fails; 2: that can't be told, because the run could not be made, nothing could be verified, or
something went wrong outside of the criteria. What is missing or went wrong is printed.`;

await runCommand({ usage, takesNames: true }, ({ names }) => verify(names));

async function verify(wanted: readonly string[]): Promise<0 | 1 | 2> {
  // Whatever becomes of this run, the verdict of an earlier one is not its own.
  forgetVerdict();
  const phases = readPhases();
  const chosen = wanted.length === 0 ? phases : selectCriteria(phases, wanted);
  const [{ runCriteria }, { leave }] = await Promise.all([
    import('./run-criteria.ts'),
    joinRun(chosen, { isVerify: true }),
  ]);
  const verdict = await runCriteria(wanted.length > 0 ? { testNamePattern: matchCriteria(chosen) } : {});
  await leave();
  if (verdict === undefined) throw new CannotRun('the run ended without a verdict.', 'run it again.');
  const { passed, failed } = countStatuses(verdict);
  if (passed + failed === 0) {
    process.stderr.write('Nothing was verified: every criterion was skipped, for the reasons above.\n');
  }
  return readExitCode(verdict);
}
