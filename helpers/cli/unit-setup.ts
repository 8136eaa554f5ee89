/** Installs what the unit tests need: they start real servers, whatever the stack of a run is. */
import { readSettings } from '../settings/settings.ts';
import { installPrograms } from '../setup/packages.ts';
import { programs } from '../setup/programs.mjs';

/** Called by vitest before the first unit test. */
export async function setup(): Promise<void> {
  await installPrograms(
    programs.map(({ name }) => name),
    readSettings(),
  );
}
