import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describePerson } from '../cli/shared-run.ts';
import type { Verdict } from '../report/verdict.ts';
import { type DeclaredPhase, listParts } from '../run/phases.ts';
import { readSettings } from '../settings/settings.ts';
import { chooseStack } from '../stack/choose.ts';
import { startRun } from '../stack/start.ts';
import { readCleanEnvironment } from './clean-environment.ts';
import { applyEdits } from './edit.ts';
import type { Mutant } from './mutant.ts';
import { runPhases } from './run-phases.ts';

/**
 * Runs a mutant as `npm run verify` would with its variables: with a stack of its own, whose mock cloud is given the same
 * variables. Throws `CannotRun` and `SettingsError` as that does.
 */
export async function runCold(
  { id, breaks }: Mutant,
  phases: readonly DeclaredPhase[],
  directory: string,
  configuration: string,
): Promise<Verdict> {
  const file = join(directory, 'cold', 'config.alloy');
  await writeFile(file, applyEdits(configuration, breaks.configuration ?? []));
  const settings = readSettings({ ...readCleanEnvironment(), ALLOY_CONFIG: file, ...breaks.variables });
  const plan = await chooseStack(settings, listParts(phases), { reuse: false });
  const { run, stack } = await startRun(plan, {}, { reuse: false });
  try {
    const joined = { settings, run: { ...run, ...describePerson(settings) }, ...(stack && { stack }) };
    return await runPhases(id, joined, phases);
  } finally {
    await stack?.stop();
  }
}
