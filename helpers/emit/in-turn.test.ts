import { expect, test } from 'vitest';
import { inTurn } from './in-turn.ts';

test('one is done after the other, also after one that fails', async () => {
  const done: string[] = [];
  const slow = Promise.withResolvers<void>();
  const results = Promise.allSettled([
    inTurn(async () => {
      await slow.promise;
      done.push('first');
      return 1;
    }),
    inTurn(async () => {
      done.push('second');
      throw new Error('no');
    }),
    inTurn(async () => done.push('third')),
  ]);
  expect(done).toEqual([]);
  slow.resolve();
  expect(await results).toMatchObject([{ value: 1 }, { reason: new Error('no') }, { value: 3 }]);
  expect(done).toEqual(['first', 'second', 'third']);
});
