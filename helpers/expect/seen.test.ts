import { expect, test } from 'vitest';
import { listValues, summarizeAnswer } from './seen.ts';

test('many values are cut to the first, with the number of all', () => {
  const samples = [1, 2, 3, 4, 5].map((value) => ({ labels: {}, time: 0, value }));
  expect(listValues(samples)).toEqual({ count: 5, values: [1, 2, 3, 4] });
});

test.each([[undefined], [[]]])('%j is nothing', (answer) => {
  expect(summarizeAnswer(answer)).toEqual({ kind: 'nothing' });
});

test('samples over time are cut to the newest', () => {
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

test('any other answer is cut to its start, as JSON', () => {
  expect(summarizeAnswer([{ line: 'x', time: 5n }])).toEqual({
    kind: 'answer',
    count: 1,
    json: '[{"line":"x","time":"5"}]',
  });
  expect(summarizeAnswer(Number.POSITIVE_INFINITY)).toEqual({ kind: 'answer', json: '"Infinity"' });
  const long = summarizeAnswer(['x'.repeat(1000)]);
  expect(long).toMatchObject({ json: expect.stringMatching(/^\["x{298}…$/) });
});
