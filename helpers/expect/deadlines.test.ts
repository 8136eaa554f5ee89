import { expect, test } from 'vitest';
import {
  computeMetricDeadline,
  computeOtlpDeadline,
  computeScrapeDeadline,
  computeSearchDeadline,
  isHosted,
} from './deadlines.ts';

const intervals = { scrape: 500, scrapeTimeout: 500, otlpBatch: 200, remoteWriteDeadline: 100, metricExport: 500 };
const mock = { intervals, backend: 'mock' } as const;

test('deadlines are computed from the intervals, and have one slack', () => {
  expect(computeOtlpDeadline(mock)).toBe(2 * 200 + 10_000);
  expect(computeMetricDeadline(mock)).toBe(computeOtlpDeadline(mock) + 2 * 500);
  expect(computeScrapeDeadline(mock)).toBe(2 * 500 + 500 + 2 * 100 + 5000 + 10_000);
  expect(computeScrapeDeadline({ ...mock, intervals: { ...intervals, scrape: 60_000 } })).toBe(
    computeScrapeDeadline(mock) + 119_000,
  );
});

test('a search has longer on every backend but the mock cloud', () => {
  expect(computeSearchDeadline({ intervals, backend: 'mock' })).toBe(computeOtlpDeadline(mock));
  expect(computeSearchDeadline({ intervals, backend: 'cloud' })).toBe(computeOtlpDeadline(mock) + 120_000);
  expect(computeSearchDeadline({ intervals, backend: 'lgtm' })).toBe(computeOtlpDeadline(mock) + 120_000);
  expect([isHosted({ backend: 'mock' }), isHosted({ backend: 'cloud' })]).toEqual([false, true]);
});
