const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};
const DURATION = /^(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m(?!s))?(?:\d+s)?(?:\d+ms)?$/;

/** The milliseconds of a PromQL duration such as `1h30m`, or undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  if (text === '' || !DURATION.test(text)) return undefined;
  let total = 0;
  for (const [, number, unit = ''] of text.matchAll(/(\d+)(ms|[smhdwy])/g))
    total += Number(number) * (UNITS[unit] ?? 0);
  return total;
}

/** The value of a PromQL number: decimal, hexadecimal, `Inf`, `NaN`, or a duration in seconds; undefined for none of them. */
export function parseNumber(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const bare = text.replace(/^[+-]/, '').replaceAll('_', '');
  if (/^inf$/i.test(bare)) return sign * Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(bare)) return Number.NaN;
  if (/^(0x[0-9a-f]+|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)$/i.test(bare)) return sign * Number(bare);
  const duration = parseDuration(bare);
  return duration === undefined ? undefined : (sign * duration) / 1000;
}
