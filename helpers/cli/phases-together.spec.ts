/**
 * The chosen phases as one file, for `verify`: side by side in one thread, which loads everything once, then the criteria
 * that take parts away. Under `npm test` each phase is a file of its own, as vitest's filters and shards want it.
 */
import { pathToFileURL } from 'node:url';
import { describe, inject } from 'vitest';
import { registerOnly, standForSpec } from '../expect/criterion.ts';
import { hasOrder, orders } from '../run/phases.ts';

for (const order of orders) {
  const phases = inject('phases').filter((phase) => hasOrder(phase, order));
  if (phases.length === 0) continue;
  // A suite is collected with all that is in it before the next one.
  describe(order, () => {
    registerOnly(order);
    for (const { id, file } of phases) {
      describe.concurrent(id, async () => {
        try {
          // A file that was imported before registers nothing: each order has its own copy.
          await import(`${pathToFileURL(file)}?${order}`);
        } catch (error) {
          standForSpec(id, error);
        }
      });
    }
  });
}
