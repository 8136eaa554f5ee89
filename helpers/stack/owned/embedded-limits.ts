import { CannotRun } from '../../run/cannot-run.ts';

/**
 * Throws `CannotRun` where these lines of its log say that the embedded Alloy has ended over something that only a real one has,
 * and over nothing else: whatever the criteria say of such a configuration would be about the stand-in.
 */
export function refuseMissing(logTail: readonly string[]): void {
  const placed = logTail.flatMap((line) => /^Error: (.+:\d+:\d+: .+)$/.exec(line)?.[1] ?? []);
  if (placed.length === 0 || !placed.every(isMissing)) return;
  throw new CannotRun(
    `this configuration needs a real Alloy: ${placed.map(shorten).join('; ')}.`,
    'name one in ALLOY_BIN, or run with a container engine and the image of Grafana Alloy (ALLOY=container).',
  );
}

/** The embedded Alloy's errors about itself have both words, and no error about a wrong configuration has. */
function isMissing(error: string): boolean {
  return error.includes('the embedded Alloy') && error.includes('ALLOY_BIN');
}

/** `config.alloy:32:1: component "x" is not implemented by the embedded Alloy` */
function shorten(error: string): string {
  return error
    .replace('Failed to build component: ', '')
    .replace(/; a real Alloy has it: name one in ALLOY_BIN$|: run this with a real Grafana Alloy \(ALLOY_BIN\)$/, '');
}
