/** `npm run verify [-- phase2 phase7]`: the main job. Exit 0 all criteria hold, 1 one fails, 2 it could not be run. */
import { countStatuses, forgetVerdict } from '../report/verdict.ts';
import { CannotRun } from '../run/cannot-run.ts';
import { readPhases } from '../run/read-phases.ts';
import { ROOT } from '../settings/settings.ts';
import { runCommand } from './command.ts';
import { joinRun } from './shared-run.ts';
import { shared } from './shared-state.ts';

const usage = `npm run verify [-- PHASE …]

Verifies the criteria of all phases, or of those that are named (phase2 phase7), and writes reports/verdict.json.
Exit code 0: all hold; 1: one fails; 2: it could not be run, or nothing could be verified, with what is missing.`;

await runCommand({ usage, takesNames: true }, ({ names }) => verify(names));

async function verify(wanted: readonly string[]): Promise<0 | 1 | 2> {
  // Whatever becomes of this run, the verdict of an earlier one is not its own.
  forgetVerdict();
  const phases = readPhases();
  const unknown = wanted.filter((name) => !phases.some(({ id }) => id === name));
  if (unknown.length > 0) {
    throw new CannotRun(
      `unknown phase: ${unknown.join(', ')}.`,
      `name one of ${phases.map(({ id }) => id).join(', ')}.`,
    );
  }
  const chosen = phases.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
  const [{ startVitest }, { leave }] = await Promise.all([import('vitest/node'), joinRun(chosen, true)]);
  // Its one file holds the criteria of every order.
  const vitest = await startVitest('test', [], { root: ROOT, watch: false, project: 'criteria', reporters: [] });
  const counts = shared.run?.verdict && countStatuses(shared.run.verdict);
  const clean =
    vitest.state.getTestModules().every((module) => module.ok()) && vitest.state.getUnhandledErrors().length === 0;
  await vitest.close();
  await leave();
  if (counts === undefined || counts.failed > 0 || !clean || process.exitCode === 1) return 1;
  if (counts.passed > 0) return 0;
  process.stderr.write('Nothing was verified: every criterion was skipped, for the reasons above.\n');
  return 2;
}
