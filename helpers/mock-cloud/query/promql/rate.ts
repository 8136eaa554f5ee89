import type { Samples } from '../../store/read-series.ts';

/** The samples of a series in the window (start, end]; times in milliseconds. */
export type Window = Samples & { readonly start: number; readonly end: number };

/**
 * The result of `rate`, `increase` and `delta`: the change between the first and last sample of a window, extrapolated to
 * its bounds as Prometheus does. Resets of a counter are not decreases, and a counter is not extrapolated below zero.
 * Undefined for fewer than two samples.
 */
export function computeChange(
  { times, values, start, end }: Window,
  { counter, perSecond }: { readonly counter: boolean; readonly perSecond: boolean },
): number | undefined {
  const [firstTime, firstValue] = [times[0], values[0]];
  const [lastTime, lastValue] = [times.at(-1), values.at(-1)];
  if (firstTime === undefined || lastTime === undefined || firstValue === undefined || lastValue === undefined) {
    return undefined;
  }
  if (times.length < 2) return undefined;
  const change = lastValue - firstValue + (counter ? sumResets(values) : 0);
  const sampled = (lastTime - firstTime) / 1000;
  const spacing = sampled / (times.length - 1);
  const closeEnough = spacing * 1.1;

  let before = (firstTime - start) / 1000;
  if (before >= closeEnough) before = spacing / 2;
  if (counter && change > 0 && firstValue >= 0) before = Math.min(before, sampled * (firstValue / change));
  let after = (end - lastTime) / 1000;
  if (after >= closeEnough) after = spacing / 2;

  const factor = (sampled + before + after) / sampled / (perSecond ? (end - start) / 1000 : 1);
  return change * factor;
}

/** `irate` (per second, of a counter) and `idelta`: the change between the last two samples. */
export function computeInstantChange({ times, values }: Window, rate: boolean): number | undefined {
  const [beforeTime, time] = times.slice(-2);
  const [before, value] = values.slice(-2);
  if (beforeTime === undefined || time === undefined || before === undefined || value === undefined) return undefined;
  if (!rate) return value - before;
  return (value < before ? value : value - before) / ((time - beforeTime) / 1000);
}

function sumResets(values: readonly number[]): number {
  let lost = 0;
  let previous = values[0] ?? 0;
  for (const value of values) {
    if (value < previous) lost += previous;
    previous = value;
  }
  return lost;
}
