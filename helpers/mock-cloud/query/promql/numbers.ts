import { parseDuration } from '../language/duration.ts';

/** Parses a PromQL number: decimal, hexadecimal, `Inf`, `NaN`, or a duration as seconds. Undefined if it is none of these. */
export function parseNumber(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const bare = text.replace(/^[+-]/, '').replaceAll('_', '');
  if (/^inf$/i.test(bare)) return sign * Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(bare)) return Number.NaN;
  if (/^(0x[0-9a-f]+|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)$/i.test(bare)) return sign * Number(bare);
  const duration = parseDuration(bare);
  return duration === undefined ? undefined : (sign * duration) / 1000;
}

/** A sum that keeps the digits that plain addition loses (Kahan and Neumaier), as Prometheus adds. */
export function addUp(values: Iterable<number>): number {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const next = sum + value;
    if (!Number.isFinite(next)) lost = 0;
    else lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return sum + lost;
}

/** The smallest or largest value, as `isBetter` decides; NaN only if there is nothing else. */
export function findExtreme(values: readonly number[], isBetter: (a: number, b: number) => boolean): number {
  return values.reduce((best, value) => (Number.isNaN(best) || isBetter(value, best) ? value : best));
}
