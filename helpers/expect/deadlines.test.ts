import { expect, test } from 'vitest';
import { computeOtlpDeadline, computeScrapeDeadline, computeSearchDeadline, isHosted } from './deadlines.ts';

const intervals = { scrape: 500, scrapeTimeout: 500, otlpBatch: 200, remoteWriteDeadline: 100 };

test('deadlines are computed from the intervals, and have one slack', () => {
  expect(computeOtlpDeadline({ intervals })).toBe(2 * 200 + 10_000);
  expect(computeScrapeDeadline({ intervals })).toBe(2 * 500 + 500 + 2 * 100 + 5000 + 10_000);
  expect(computeScrapeDeadline({ intervals: { ...intervals, scrape: 60_000 } })).toBe(
    computeScrapeDeadline({ intervals }) + 119_000,
  );
});

test('a search has longer on every backend but the mock cloud', () => {
  expect(computeSearchDeadline({ intervals, backend: 'mock' })).toBe(computeOtlpDeadline({ intervals }));
  expect(computeSearchDeadline({ intervals, backend: 'cloud' })).toBe(computeOtlpDeadline({ intervals }) + 90_000);
  expect(computeSearchDeadline({ intervals, backend: 'lgtm' })).toBe(computeOtlpDeadline({ intervals }) + 90_000);
  expect([isHosted({ backend: 'mock' }), isHosted({ backend: 'cloud' })]).toEqual([false, true]);
});
