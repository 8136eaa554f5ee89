/** Installs what the unit tests need: they start real servers, whatever the stack of a run is. */
import { readSettings } from '../settings/settings.ts';
import { installPrograms } from '../setup/packages.ts';
import { programs } from '../setup/programs.mjs';
import { endIfRefused } from './command.ts';

/** Called by vitest before the first unit test. */
export async function setup(): Promise<void> {
  const names = programs.map(({ name }) => name);
  await endIfRefused(async () => await installPrograms(names, readSettings()));
}
