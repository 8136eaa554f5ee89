// A runner for the tests of what becomes of containers whose runner is killed: starts the named parts, prints the
// directory of its run on one line, and waits.

import { dirname } from 'node:path';
import { partsInOrder } from '../../run/stack.ts';
import { startContainers } from '../containers/containers.ts';
import { engineWith, plainContainers } from './engine.ts';

const parts = partsInOrder.filter((part) => process.argv.includes(part));
const found = await engineWith(parts);
if ('absent' in found) throw new Error(found.absent);
const stack = await startContainers(plainContainers(found, parts));
process.stdout.write(`${dirname(stack.controlSocket ?? '')}\n`);
setInterval(() => {}, 1000);
