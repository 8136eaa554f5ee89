/** `install.ts [PROGRAM…]`: installs the programs of the native stack that this machine lacks, all of them when none is named. */
import { CannotRun } from '../run/cannot-run.ts';
import { readSettings } from '../settings/settings.ts';
import { installPrograms } from '../setup/packages.ts';
import { programs } from '../setup/programs.mjs';
import { runCommand } from './command.ts';

const usage = `install.ts [PROGRAM …]

Installs the programs of the native stack that this machine lacks: ${programs.map(({ name }) => name).join(', ')}.`;

await runCommand({ usage, takesNames: true }, async ({ names: wanted }) => {
  const known = programs.map(({ name }) => name);
  const unknown = wanted.filter((name) => !known.some((other) => other === name));
  if (unknown.length > 0)
    throw new CannotRun(`unknown program: ${unknown.join(', ')}.`, `name one of ${known.join(', ')}.`);
  await installPrograms(
    known.filter((name) => wanted.length === 0 || wanted.includes(name)),
    readSettings(),
  );
  return 0;
});
