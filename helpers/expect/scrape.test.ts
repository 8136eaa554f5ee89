import { expect, test } from 'vitest';
import { turnedTo } from './scrape.ts';

const range = (...values: number[]) => [{ labels: {}, samples: values.map((value, time) => ({ time, value })) }];

test('a value has turned where one of the first two samples after the moment has it', () => {
  expect(turnedTo(0, 1500)(range(1, 1, 1, 0))).toBe(true);
  expect(turnedTo(0, 1500)(range(1, 1, 0, 1))).toBe(true);
});

test('a sample of before the moment does not count, nor does a third one after it', () => {
  expect(turnedTo(0, 1500)(range(0, 0, 1, 1))).toBe(false);
  expect(turnedTo(0, 1500)(range(1, 1, 1, 1, 0))).toBe(false);
  expect(turnedTo(0, 1500)([])).toBe(false);
});
