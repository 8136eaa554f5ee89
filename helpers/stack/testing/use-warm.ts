// A run for the tests of the warm stack: prints on one line whether it has got the warm stack, or why not; with `outage` it
// then takes parts away, says so, and waits to be killed.

import { partsInOrder } from '../../run/part.ts';
import { findWarmStack } from '../warm/warm.ts';
import { planNative } from './plans.ts';

const found = await findWarmStack(planNative(partsInOrder.filter((part) => part !== 'lgtm')));
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
