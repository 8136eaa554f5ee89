import { firstAfter, isStale, timeAt, valueAt } from './points.ts';
import type { Series } from './series.ts';

/** Samples of a series in the order of their times, without stale markers. Times are milliseconds since the epoch. */
export type Samples = { readonly times: readonly number[]; readonly values: readonly number[] };

/** The newest sample in (time − lookback, time], or undefined where there is none or where that is a stale marker. */
export function latestSample(
  series: Series,
  time: number,
  lookback: number,
): { readonly time: number; readonly value: number } | undefined {
  for (let index = series.chunks.length - 1; index >= 0; index--) {
    const chunk = series.chunks[index];
    if (chunk === undefined) break;
    const at = firstAfter(chunk, time) - 1;
    if (at < 0) continue;
    if (timeAt(chunk, at) <= time - lookback || isStale(chunk, at)) return undefined;
    return { time: timeAt(chunk, at), value: valueAt(chunk, at) };
  }
  return undefined;
}

/** The samples in (after, until]. */
export function samplesWithin(series: Series, after: number, until: number): Samples {
  const times: number[] = [];
  const values: number[] = [];
  for (const chunk of series.chunks) {
    if (chunk.length === 0 || timeAt(chunk, chunk.length - 1) <= after) continue;
    if (timeAt(chunk, 0) > until) break;
    for (let at = firstAfter(chunk, after); at < chunk.length && timeAt(chunk, at) <= until; at++) {
      if (isStale(chunk, at)) continue;
      times.push(timeAt(chunk, at));
      values.push(valueAt(chunk, at));
    }
  }
  return { times, values };
}

/** Whether any sample lies in [from, until]. */
export function hasSampleWithin(series: Series, from: number, until: number): boolean {
  const first = series.chunks[0];
  const last = series.chunks.at(-1);
  if (first === undefined || last === undefined) return false;
  return timeAt(first, 0) <= until && timeAt(last, last.length - 1) >= from;
}
