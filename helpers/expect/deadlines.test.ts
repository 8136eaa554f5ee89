import { expect, test } from 'vitest';
import { isHosted, otlpDeadline, scrapeDeadline, searchDeadline } from './deadlines.ts';

const intervals = { scrape: 500, scrapeTimeout: 500, otlpBatch: 200, remoteWriteDeadline: 100 };

test('deadlines are computed from the intervals, and have one slack', () => {
  expect(otlpDeadline({ intervals })).toBe(2 * 200 + 10_000);
  expect(scrapeDeadline({ intervals })).toBe(2 * 500 + 500 + 2 * 100 + 5000 + 10_000);
  expect(scrapeDeadline({ intervals: { ...intervals, scrape: 60_000 } })).toBe(scrapeDeadline({ intervals }) + 119_000);
});

test('a search has longer on every backend but the mock cloud', () => {
  expect(searchDeadline({ intervals, backend: 'mock' })).toBe(otlpDeadline({ intervals }));
  expect(searchDeadline({ intervals, backend: 'cloud' })).toBe(otlpDeadline({ intervals }) + 90_000);
  expect(searchDeadline({ intervals, backend: 'lgtm' })).toBe(otlpDeadline({ intervals }) + 90_000);
  expect([isHosted({ backend: 'mock' }), isHosted({ backend: 'cloud' })]).toEqual([false, true]);
});
