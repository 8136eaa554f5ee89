import { expect, test } from 'vitest';
import { listValues, summarizeAnswer } from './seen.ts';

test('of many values the first are kept, with the number of all', () => {
  const samples = [1, 2, 3, 4, 5].map((value) => ({ labels: {}, time: 0, value }));
  expect(listValues(samples)).toEqual({ count: 5, values: [1, 2, 3, 4] });
});

test.each([[undefined], [[]]])('%j is nothing', (answer) => {
  expect(summarizeAnswer(answer)).toEqual({ kind: 'nothing' });
});

test('of samples over time the newest are kept', () => {
  const samples = [1, 2, 3, 4, 5].map((time) => ({ time, value: time }));
  expect(summarizeAnswer([{ labels: {}, samples }])).toEqual({
    kind: 'samples',
    series: [
      {
        count: 5,
        newest: [2, 3, 4, 5].map((time) => ({ time: time * 1000, value: time })),
      },
    ],
  });
});

test('of all else the beginning is kept, as JSON', () => {
  expect(summarizeAnswer([{ line: 'x', time: 5n }])).toEqual({
    kind: 'answer',
    count: 1,
    json: '[{"line":"x","time":"5"}]',
  });
  expect(summarizeAnswer(Number.POSITIVE_INFINITY)).toEqual({ kind: 'answer', json: '"Infinity"' });
  const long = summarizeAnswer(['x'.repeat(1000)]);
  expect(long).toMatchObject({ json: expect.stringMatching(/^\["x{298}…$/) });
});
