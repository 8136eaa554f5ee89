import { describe, expect, test } from 'vitest';
import { compareInTime, isAgreement, readNow } from './agreement.ts';

const scraped = (...samples: [seconds: number, value: number][]) => ({
  labels: {},
  samples: samples.map(([time, value]) => ({ time, value })),
});
const read = (from: number, value: number) => ({ from, to: from + 10, value });

describe('a sample is compared with what the server said around its time', () => {
  test('with the reading before it and the one after it', () => {
    const readings = [read(0, 99), read(1000, 4), read(3000, 6), read(9000, 99)];
    expect(compareInTime([scraped([2, 5])], readings)).toEqual([{ value: 5, least: 4, most: 6 }]);
  });

  test('and with those of the second after it, in which an exporter reads', () => {
    const readings = [read(1000, 4), read(2100, 6), read(2900, 16), read(3100, 99)];
    expect(compareInTime([scraped([2, 16])], readings)).toEqual([{ value: 16, least: 4, most: 16 }]);
  });

  test('if there is one before it and one after it', () => {
    expect(compareInTime([scraped([1, 4])], [read(1500, 4), read(3000, 4)])).toEqual([]);
    expect(compareInTime([scraped([4, 4])], [read(1500, 4), read(3000, 4)])).toEqual([]);
    expect(compareInTime([], [read(1500, 4)])).toEqual([]);
    expect(compareInTime([scraped([4, 4])], [])).toEqual([]);
  });

  test('and not with a reading that was under way', () => {
    const underWay = { from: 1900, to: 2100, value: 5 };
    expect(compareInTime([scraped([2, 5])], [underWay])).toEqual([]);
    expect(compareInTime([scraped([2, 5])], [underWay, read(3000, 6)])).toEqual([]);
    expect(compareInTime([scraped([2, 5])], [read(1000, 4), underWay])).toEqual([]);
  });
});

test('the samples of one scrape are summed over the series, oldest first', () => {
  const readings = [read(0, 0), read(9000, 0)];
  const compared = compareInTime([scraped([2, 1], [1, 10]), scraped([2, 2])], readings);
  expect(compared.map(({ value }) => value)).toEqual([10, 3]);
});

test.each([
  [3, 0, false],
  [4, 0, true],
  [6, 0, true],
  [7, 0, false],
  [3, 1, true],
  [7, 1, true],
  [2, 1, false],
  [8, 1, false],
])('%d, give or take %d, is between 4 and 6: %s', (value, within, holds) => {
  expect(isAgreement({ value, least: 4, most: 6 }, within)).toBe(holds);
});

test('a reading knows when it was begun and when it was answered', async () => {
  const before = Date.now();
  const { from, to, value } = await readNow(async () => 7);
  expect(value).toBe(7);
  expect(from).toBeGreaterThanOrEqual(before);
  expect(to).toBeGreaterThanOrEqual(from);
});
