/** The units of durations in nanoseconds; a query language may know a part of them. */
export const NANOSECONDS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['μs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3600e9],
  ['d', 86_400e9],
  ['w', 7 * 86_400e9],
  ['y', 365 * 86_400e9],
]);
const DURATION = /^(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m(?!s))?(?:\d+s)?(?:\d+ms)?$/;

/** Parses a duration of PromQL or LogQL, such as `1h30m`, into milliseconds; undefined if it is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (text === '' || !DURATION.test(text)) return undefined;
  let total = 0;
  for (const [, number, unit = ''] of text.matchAll(/(\d+)(ms|[smhdwy])/g))
    total += Number(number) * (NANOSECONDS.get(unit) ?? 0);
  return Math.round(total / 1e6);
}
