import { expect, test } from 'vitest';
import { poll } from './poll.ts';

const counting = (holdsAt: number) => {
  let looks = 0;
  return async () => ({ holds: ++looks >= holdsAt, seen: `look ${looks}`, value: looks });
};

test('what holds at once is looked at once', async () => {
  expect(await poll(counting(1), 1000)).toMatchObject({ holds: true, looks: 1, value: 1 });
});

test('looking goes on until it holds', async () => {
  expect(await poll(counting(4), 5000)).toMatchObject({ holds: true, looks: 4, seen: 'look 4' });
});

test('it ends at the deadline with what was seen last', async () => {
  const outcome = await poll(counting(Number.POSITIVE_INFINITY), 60);
  expect(outcome.holds).toBe(false);
  expect(outcome.seen).toBe(`look ${outcome.looks}`);
  expect(outcome.elapsed).toBeGreaterThanOrEqual(60);
});

test('a look that throws counts as one that does not hold', async () => {
  let looks = 0;
  const outcome = await poll(async () => {
    if (++looks < 3) throw new Error('not yet');
    return { holds: true, seen: 'there', value: looks };
  }, 5000);
  expect(outcome).toMatchObject({ holds: true, looks: 3 });
});

test('it ends early when looking on is in vain', async () => {
  const outcome = await poll(counting(Number.POSITIVE_INFINITY), 60_000, { hopeless: async () => true });
  expect(outcome).toMatchObject({ holds: false, looks: 1 });
});
