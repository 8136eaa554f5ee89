/**
 * The chosen phases as one file, for `verify`: side by side in one thread, which loads everything once, then the criteria
 * that take parts away. Under `npm test` each phase is a file of its own, as vitest's filters and shards want it.
 */
import { pathToFileURL } from 'node:url';
import { describe } from 'vitest';
import { registerOnly } from '../expect/criterion.ts';
import { readChosenPhases } from '../report/chosen-phases.ts';
import { hasOrder, orders, readPhase } from '../run/phases.ts';

for (const order of orders) {
  const files = readChosenPhases().filter((chosen) => hasOrder(readPhase(chosen), order));
  if (files.length === 0) continue;
  // A suite is collected with all that is in it before the next one.
  describe(order, () => {
    registerOnly(order);
    for (const file of files) {
      describe.concurrent(file, async () => {
        // A file that was imported before registers nothing: each order has its own copy.
        await import(`${pathToFileURL(file)}?${order}`);
      });
    }
  });
}
