// A run for the tests of the warm stack: says on one line whether it has got the warm stack, or why not; with `outage` it
// then takes parts away, says so, and waits to be killed.

import { partsInOrder } from '../../run/stack.ts';
import { environmentWithDotenv, readSettings } from '../../settings/settings.ts';
import { chooseAlloy } from '../parts/alloy-program.ts';
import { fingerprintOf } from '../warm/fingerprint.ts';
import { findWarmStack } from '../warm/warm.ts';

const environment = environmentWithDotenv();
const settings = readSettings(environment);
const world = { stack: 'native', program: chooseAlloy(settings.alloy, settings.alloyBinary) } as const;
const fingerprint = fingerprintOf(settings, world, environment);
const found = await findWarmStack(partsInOrder, { fingerprint, images: {} });
if (found === undefined) process.stdout.write('none\n');
else if ('unused' in found) process.stdout.write(`${found.unused}\n`);
else if (!process.argv.includes('outage')) {
  process.stdout.write('found\n');
  await found.stack.stop();
} else {
  await Promise.all([found.stack.takeAway('rabbitmq'), found.stack.takeAway('redis')]);
  process.stdout.write('away\n');
  setInterval(() => {}, 1000);
}
