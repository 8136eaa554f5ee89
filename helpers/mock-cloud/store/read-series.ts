import { findFirstAfter, getTime, getValue, isStale } from './points.ts';
import type { Series } from './series.ts';

/** Samples of a series by time, without stale markers. Times are milliseconds since the epoch. */
export type Samples = { readonly times: readonly number[]; readonly values: readonly number[] };

/** The newest sample in (time − lookback, time]; undefined if there is none or if it is a stale marker. */
export function findLatestSample(
  series: Series,
  time: number,
  lookback: number,
): { readonly time: number; readonly value: number } | undefined {
  for (let index = series.chunks.length - 1; index >= 0; index--) {
    const chunk = series.chunks[index];
    if (chunk === undefined) break;
    const at = findFirstAfter(chunk, time) - 1;
    if (at < 0) continue;
    if (getTime(chunk, at) <= time - lookback || isStale(chunk, at)) return undefined;
    return { time: getTime(chunk, at), value: getValue(chunk, at) };
  }
  return undefined;
}

/** The samples in (after, until]. */
export function readSamples(series: Series, after: number, until: number): Samples {
  const times: number[] = [];
  const values: number[] = [];
  for (const chunk of series.chunks) {
    if (chunk.length === 0 || getTime(chunk, chunk.length - 1) <= after) continue;
    if (getTime(chunk, 0) > until) break;
    for (let at = findFirstAfter(chunk, after); at < chunk.length && getTime(chunk, at) <= until; at++) {
      if (isStale(chunk, at)) continue;
      times.push(getTime(chunk, at));
      values.push(getValue(chunk, at));
    }
  }
  return { times, values };
}

/** Whether any sample lies in [from, until]. */
export function hasSamples(series: Series, from: number, until: number): boolean {
  const first = series.chunks[0];
  const last = series.chunks.at(-1);
  if (first === undefined || last === undefined) return false;
  return getTime(first, 0) <= until && getTime(last, last.length - 1) >= from;
}
