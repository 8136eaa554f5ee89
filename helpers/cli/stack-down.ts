/** `npm run stack:down`: ends the warm stack of this checkout, and what ended runs may have left. */
import { environmentWithDotenv } from '../settings/settings.ts';
import { findDockerEngine } from '../setup/docker-engine.ts';
import { sweepEngine } from '../stack/containers/labels.ts';
import { sweepStaleRuns } from '../stack/owned/run-directory.ts';
import { endWarmStack } from '../stack/warm/warm-end.ts';

const ended = await endWarmStack();
process.stdout.write(ended ? 'The warm stack is gone.\n' : 'There is no warm stack of this checkout.\n');
for (const directory of await sweepStaleRuns()) process.stdout.write(`Removed what a run had left in ${directory}.\n`);
const engine = await findDockerEngine(environmentWithDotenv());
if ('docker' in engine) {
  for (const run of await sweepEngine(engine.docker)) {
    process.stdout.write(`Removed the containers and networks that ${run} had left.\n`);
  }
}
