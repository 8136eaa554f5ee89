const UNITS = [
  ['y', 365 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;
const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/**
 * Parses a duration as Prometheus writes it in labels such as `__scrape_interval__` (`1m30s`, `500ms`, `1d`, `0`):
 * whole numbers, larger units first. Returns milliseconds. @throws Error with Prometheus's message
 */
export function parsePrometheusDuration(text: string): number {
  const parts = DURATION.exec(text);
  if (text === '0') {
    return 0;
  }
  if (text === '' || parts === null) {
    throw new Error(`not a valid duration string: ${JSON.stringify(text)}`);
  }
  return UNITS.reduce((sum, [, milliseconds], index) => sum + Number(parts[index + 1] ?? 0) * milliseconds, 0);
}
