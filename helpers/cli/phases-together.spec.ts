/**
 * The chosen phases as one file, for `verify`: side by side in one thread, which loads everything once. Under `npm test`
 * each phase is a file of its own, as vitest's filters and shards want it.
 */
import { pathToFileURL } from 'node:url';
import { describe, inject } from 'vitest';
import { chosenPhases, declaredPhase, hasOrder } from '../report/criteria.ts';

const order = inject('order');

for (const file of chosenPhases().filter((chosen) => hasOrder(declaredPhase(chosen), order))) {
  describe.concurrent(file, async () => {
    // A file that was imported before registers nothing: each project has its own copy.
    await import(`${pathToFileURL(file)}?${order}`);
  });
}
