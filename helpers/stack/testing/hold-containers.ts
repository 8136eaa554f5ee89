// A runner for the tests of what becomes of containers whose runner is killed: starts the named parts, prints the
// directory of its run on one line, and waits.

import { dirname } from 'node:path';
import { partsInOrder } from '../../run/part.ts';
import { startContainers } from '../containers/containers.ts';
import { planContainers } from './containers.ts';
import { requestStack } from './plans.ts';

const plan = await planContainers(partsInOrder.filter((part) => process.argv.includes(part)));
if ('absent' in plan) throw new Error(plan.absent);
const stack = await startContainers(requestStack(plan));
process.stdout.write(`${dirname(stack.controlSocket)}\n`);
setInterval(() => {}, 1000);
