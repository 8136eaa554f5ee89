/** Reports a refusal: the first of a kind at once, repeated ones summed up. */
export type RefusalReporter = (kind: string, line: string) => void;

/** A kind is repeated at most once in this time. */
const REPEAT_MS = 60_000;
/** The maximum number of lines in {@link PERIOD_MS}, whatever their kinds. */
const MAX_LINES = 20;
const PERIOD_MS = 10_000;
const MAX_KINDS = 256;
const MAX_LENGTH = 500;

/**
 * Creates a reporter that prints lines for the person at the terminal, in a bounded number: a client that is refused tries
 * again and again. `secret` and whatever else looks like a token is left out of them. `now` is in milliseconds.
 */
export function createRefusalReporter(say: (line: string) => void, secret: string, now: () => number): RefusalReporter {
  const kinds = new Map<string, { lastTime: number; held: number }>();
  let period = Number.NEGATIVE_INFINITY;
  let lines = 0;
  return (kind, line) => {
    const time = now();
    const known = kinds.get(kind) ?? { lastTime: Number.NEGATIVE_INFINITY, held: 0 };
    kinds.delete(kind);
    kinds.set(kind, known);
    const [oldest] = kinds.keys();
    if (kinds.size > MAX_KINDS && oldest !== undefined) kinds.delete(oldest);
    if (time - period >= PERIOD_MS) {
      period = time;
      lines = 0;
    }
    if (time - known.lastTime < REPEAT_MS) {
      known.held++;
      return;
    }
    lines++;
    if (lines > MAX_LINES) {
      known.held++;
      if (lines === MAX_LINES + 1) say('more is refused than is shown here; /metrics counts it');
      return;
    }
    say(clean(line, secret) + (known.held > 0 ? ` (and ${known.held} times before)` : ''));
    known.lastTime = time;
    known.held = 0;
  };
}

/** One line of printable text without tokens: what is quoted in it came from outside. */
function clean(line: string, secret: string): string {
  const redacted = (secret === '' ? line : line.replaceAll(secret, '<token>'))
    .replace(/gl(c|sa)_[\w+/=-]+/g, 'gl$1_…')
    .replace(/eyJ[\w+/=.-]{8,}/g, 'eyJ…')
    .trim()
    .replace(/\p{Cc}+/gu, ' ');
  return redacted.length > MAX_LENGTH ? `${redacted.slice(0, MAX_LENGTH)}…` : redacted;
}
