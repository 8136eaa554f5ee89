import { expect, test } from 'vitest';
import { listMalformedSamples, readSamples } from './text-format.ts';

const page = `# TYPE c_total counter
c_total{a="1"} 5
# TYPE g gauge
g NaN
g2 -Inf
g3 1.5e+06
`;

test('counters and gauges are read with their labels and values', () => {
  expect(readSamples(page).map(({ labels, value }) => [labels.__name__, labels.a, value])).toEqual([
    ['c_total', '1', 5],
    ['g', undefined, Number.NaN],
    ['g2', undefined, Number.NEGATIVE_INFINITY],
    ['g3', undefined, 1_500_000],
  ]);
});

test('a sample is malformed if its value is not valid in the text format', () => {
  expect(listMalformedSamples(page)).toEqual([]);
  expect(listMalformedSamples('a b c\nfine 1\n')).toEqual(['a b']);
  expect(listMalformedSamples('x{ 2\n')).toHaveLength(1);
});
