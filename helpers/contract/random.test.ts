import { expect, test } from 'vitest';
import { buildDataset, chooseBase } from './dataset.ts';
import { createRandom } from './random.ts';
import { buildTraceqlQuestions } from './traceql-questions.ts';

test('a seed makes the same choices always, and another seed makes others', () => {
  const choose = (seed: number) => Array.from({ length: 20 }, createRandom(seed).next);
  expect(choose(1)).toEqual(choose(1));
  expect(choose(1)).not.toEqual(choose(2));
});

test('whole numbers are within their bounds, which are reached', () => {
  const random = createRandom(3);
  expect(new Set(Array.from({ length: 200 }, () => random.int(2, 5)))).toEqual(new Set([2, 3, 4, 5]));
});

test('data and questions are the same for a seed and a time', () => {
  expect(buildDataset(5, 1_000_000)).toEqual(buildDataset(5, 1_000_000));
  expect(buildTraceqlQuestions(5, 50)).toEqual(buildTraceqlQuestions(5, 50));
});

test('a data set for now ends more than half a minute ago', () => {
  const now = 1_795_348_800_123;
  expect(now - chooseBase(now)).toBeGreaterThan(90_000);
  expect(chooseBase(now) % 1000).toBe(0);
});
