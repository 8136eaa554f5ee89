// A runner for the tests of what becomes of a stack whose runner is killed: starts the named parts, prints its directory
// on one line, and waits.

import { dirname } from 'node:path';
import { partsInOrder } from '../../run/part.ts';
import { startNativeParts } from './plans.ts';

const stack = await startNativeParts(partsInOrder.filter((part) => process.argv.includes(part)));
process.stdout.write(`${dirname(stack.controlSocket)}\n`);
setInterval(() => {}, 1000);
