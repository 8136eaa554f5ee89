// A runner for the tests of what becomes of containers whose runner is killed: starts the named parts, prints the
// directory of its run on one line, and waits.

import { dirname } from 'node:path';
import { ROOT } from '../../settings/settings.ts';
import { startContainers } from '../containers.ts';
import { type Part, partsInOrder } from '../stack.ts';
import { engineWith } from './engine.ts';

const parts: readonly Part[] = partsInOrder.filter((part) => process.argv.includes(part));
const found = await engineWith(parts);
if ('absent' in found) throw new Error(found.absent);
const stack = await startContainers({ ...found, ...plainly(parts) });
process.stdout.write(`${dirname(stack.controlSocket ?? '')}\n`);
setInterval(() => {}, 1000);

function plainly(wanted: readonly Part[]) {
  return {
    parts: wanted,
    alloyConfig: `${ROOT}/grafana-alloy/config.alloy`,
    variables: {},
    cloudVariables: () => ({}),
    environmentOf: () => ({}),
    cloud: { environment: () => ({}), grpc: 'none' as const },
  };
}
