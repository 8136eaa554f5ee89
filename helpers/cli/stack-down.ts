/** `npm run stack:down`: ends the warm stack of this checkout, and removes what ended runs may have left. */
import { readSettings } from '../settings/settings.ts';
import { findContainerEngine } from '../setup/container-engine.ts';
import { sweepEngine } from '../stack/containers/labels.ts';
import { sweepStaleRuns } from '../stack/owned/run-directory.ts';
import { endWarmStack } from '../stack/warm/warm-end.ts';
import { runCommand } from './command.ts';

const usage = `npm run stack:down

Ends the warm stack of this checkout, and removes what ended runs may have left.`;

await runCommand({ usage }, async () => {
  const settings = readSettings();
  const ended = await endWarmStack();
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  print(ended ? 'The warm stack has ended.' : 'This checkout has no warm stack.');
  for (const directory of await sweepStaleRuns(settings.engine)) print(`Removed what a run had left in ${directory}.`);
  const engine = await findContainerEngine(settings.engine);
  if ('absent' in engine) return 0;
  for (const run of await sweepEngine(engine.docker))
    print(`Removed the containers and networks that ${run} had left.`);
  return 0;
});
