import { expect, test } from 'vitest';
import { turnedTo } from './scrape.ts';

const range = (...values: number[]) => [{ labels: {}, samples: values.map((value, time) => ({ time, value })) }];

test('the value has changed if one of the first two samples after the moment has it', () => {
  expect(turnedTo(0, 1500)(range(1, 1, 1, 0))).toBe(true);
  expect(turnedTo(0, 1500)(range(1, 1, 0, 1))).toBe(true);
});

test('neither a sample before the moment counts nor a third one after it', () => {
  expect(turnedTo(0, 1500)(range(0, 0, 1, 1))).toBe(false);
  expect(turnedTo(0, 1500)(range(1, 1, 1, 1, 0))).toBe(false);
  expect(turnedTo(0, 1500)([])).toBe(false);
});
