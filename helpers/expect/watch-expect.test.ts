import { expect, test } from 'vitest';
import { watchExpect } from './watch-expect.ts';

test('a value on which two matchers are called hides none on which none is called', () => {
  const { expect: watched, assertions } = watchExpect(expect);
  const value = watched([1]);
  value.toHaveLength(1);
  value.toEqual([1]);
  watched(2);
  expect(assertions).toEqual({ expected: 2, matched: 1, waiting: 0 });
});
