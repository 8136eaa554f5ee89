import { expect, test } from 'vitest';
import { computeLoadFactor, isOverload, readLoad } from './load.ts';

test.each([
  [0, 1],
  [4, 1],
  [8, 2],
  [12, 3],
  [100, 5],
])('a load of %d on two cores makes things take %d times as long', (load, factor) => {
  expect(computeLoadFactor({ load, cores: 2 })).toBe(factor);
});

test('a machine is overloaded from four processes for each core on', () => {
  expect([7.9, 8].map((load) => isOverload({ load, cores: 2 }))).toEqual([false, true]);
  expect(readLoad().cores).toBeGreaterThan(0);
});
