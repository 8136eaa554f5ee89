/** `npm run verify [-- phase2 phase7]`: the main job. Exit 0 all criteria hold, 1 one fails, 2 it could not be run. */
import { choosePhases } from '../report/chosen-phases.ts';
import { CannotRun, cannotRunLines } from '../run/cannot-run.ts';
import { readPhases } from '../run/phases.ts';
import { ROOT, SettingsError } from '../settings/settings.ts';
import { joinRun } from './shared-run.ts';

process.exitCode = await verify(process.argv.slice(2));

async function verify(wanted: readonly string[]): Promise<0 | 1 | 2> {
  const phases = readPhases();
  const unknown = wanted.filter((name) => !phases.some(({ id }) => id === name));
  if (unknown.length > 0) {
    process.stderr.write(
      `There is no ${unknown.join(', ')}. The phases are: ${phases.map(({ id }) => id).join(', ')}.\n`,
    );
    return 2;
  }
  const chosen = phases.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
  const files = chosen.map(({ file }) => file);
  try {
    const [{ startVitest }, { leave }] = await Promise.all([import('vitest/node'), joinRun(files)]);
    choosePhases(files);
    process.env.ALLOY_VERIFY_SUMMARY = '1';
    // Its one file holds the criteria of every order.
    const vitest = await startVitest('test', [], { root: ROOT, watch: false, project: 'criteria', reporters: [] });
    const holds = vitest.state.getTestModules().every((module) => module.ok());
    const clean = vitest.state.getUnhandledErrors().length === 0 && process.exitCode !== 1;
    await vitest.close();
    await leave();
    return holds && clean ? 0 : 1;
  } catch (error) {
    if (error instanceof CannotRun) process.stderr.write(cannotRunLines(error));
    else if (error instanceof SettingsError) process.stderr.write(`${error.message}\n`);
    else throw error;
    return 2;
  }
}
