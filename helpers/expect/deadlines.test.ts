import { expect, test } from 'vitest';
import {
  computeCriterionLimit,
  computeMetricDeadline,
  computeOtlpDeadline,
  computeScrapeDeadline,
  computeSearchDeadline,
  isHosted,
  STANDARD_LIMIT,
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

test('a hosted backend has longer to make visible what it has accepted', () => {
  const hosted = { ...mock, backend: 'cloud' } as const;
  expect(computeOtlpDeadline(hosted)).toBe(computeOtlpDeadline(mock) + 30_000);
  expect(computeScrapeDeadline(hosted)).toBe(computeScrapeDeadline(mock) + 30_000);
});

test('the limit of a criterion leaves room for seven waits one after the other, whichever deadline is the longer', () => {
  expect(computeCriterionLimit(mock)).toBe(7 * computeScrapeDeadline(mock));
  const hosted = { ...mock, backend: 'cloud' } as const;
  expect(computeCriterionLimit(hosted)).toBe(7 * computeSearchDeadline(hosted));
  expect(computeCriterionLimit(hosted)).toBeGreaterThan(STANDARD_LIMIT);
});

test('no criterion waits longer than the person wants to', () => {
  const patient = { ...mock, backend: 'cloud', maxWait: 5000 } as const;
  const deadlines = [computeOtlpDeadline, computeMetricDeadline, computeScrapeDeadline, computeSearchDeadline];
  expect(deadlines.map((compute) => compute(patient))).toEqual([5000, 5000, 5000, 5000]);
});
