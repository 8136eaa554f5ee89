/** Compares scraped samples with what the server itself said at the time of the scrape. */
import type { SampleRange } from '../clients/prometheus.ts';
import type { Milliseconds } from '../otlp/ids.ts';

/** A value that the server gave between two moments. */
export type Reading = { readonly from: Milliseconds; readonly to: Milliseconds; readonly value: number };
/** A scraped value, and the least and the most that the server said around that time. */
export type Compared = { readonly value: number; readonly least: number; readonly most: number };

/** How long after the time that a sample carries, which is that of the request, an exporter may read the value. */
const EXPORTER_LAG: Milliseconds = 1000;

/** Reads the server's value. Throws what `source` throws. */
export async function readNow(source: () => Promise<number>): Promise<Reading> {
  const from = Date.now();
  const value = await source();
  return { from, to: Date.now(), value };
}

/**
 * The samples that have a reading before them and one after them, oldest first. The samples of several series with the same
 * time are of one scrape, and are summed.
 */
export function compareInTime(ranges: readonly SampleRange[], readings: readonly Reading[]): Compared[] {
  return sumByTime(ranges).flatMap(({ time, value }) => {
    const before = readings.findLastIndex(({ to }) => to <= time);
    const after = readings.findIndex(({ from }) => from >= time);
    if (before === -1 || after === -1) return [];
    const around = readings.slice(before).filter(({ from }, n) => n <= after - before || from <= time + EXPORTER_LAG);
    const values = around.map((reading) => reading.value);
    return [{ value, least: Math.min(...values), most: Math.max(...values) }];
  });
}

/** Whether the scraped value is one that the server may have had then, give or take `within`. */
export function isAgreement({ value, least, most }: Compared, within: number): boolean {
  return value >= least - within && value <= most + within;
}

function sumByTime(ranges: readonly SampleRange[]): { time: Milliseconds; value: number }[] {
  const sums = new Map<Milliseconds, number>();
  for (const { samples } of ranges) {
    for (const { time, value } of samples) sums.set(time * 1000, (sums.get(time * 1000) ?? 0) + value);
  }
  return [...sums].map(([time, value]) => ({ time, value })).sort((a, b) => a.time - b.time);
}
