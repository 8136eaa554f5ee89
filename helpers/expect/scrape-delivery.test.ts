import { expect, test } from 'vitest';
import { countScrapes } from './scrape-delivery.ts';

const ranges = (...times: number[]) => [
  { labels: {}, samples: times.map((time) => ({ time: time / 1000, value: 1 })) },
];

test.each([
  ['each scrape is a sample, at the time when it was due', ranges(1000, 1500, 2000), 0, { arrived: 3, twice: 0 }],
  ['one is lost', ranges(1000, 2000), 0, { arrived: 2, twice: 0 }],
  ['every second one is lost', ranges(1500), 0, { arrived: 1, twice: 0 }],
  ['none arrives', [], 0, { arrived: 0, twice: 0 }],
  ['another one arrives', ranges(1000, 1500, 2000, 2500), 0, { arrived: 3, twice: 0 }],
  ['what the backend got again it kept once', ranges(1000, 1500, 2000), 5, { arrived: 3, twice: 3 }],
])('%s', (_, found, again, expected) => {
  expect(countScrapes([1010, 1490, 2030], found, again, 500)).toEqual({ emitted: 3, ...expected });
});
