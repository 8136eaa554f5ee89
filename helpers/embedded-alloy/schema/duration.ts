const nanoseconds: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  '\u00b5s': 1e3,
  '\u03bcs': 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

const maxMilliseconds = 2 ** 63 / 1e6;

/**
 * Parses a duration like Go's `time.ParseDuration`: `1h30m`, `-1.5s`, `0`. Returns milliseconds. @throws Error with
 * Go's message
 */
export function parseDuration(text: string): number {
  const signed = /^[-+]/.test(text);
  const sign = text.startsWith('-') ? -1 : 1;
  let rest = signed ? text.slice(1) : text;
  if (rest === '0') {
    return 0;
  }
  if (rest === '') {
    throw new Error(`time: invalid duration ${quote(text)}`);
  }
  let total = 0;
  while (rest !== '') {
    const [number = ''] = /^[0-9]*(?:\.[0-9]*)?/.exec(rest) ?? [];
    if (number === '' || number === '.') {
      throw new Error(`time: invalid duration ${quote(text)}`);
    }
    if (BigInt(number.split('.', 1)[0] || '0') > 2n ** 63n) {
      throw new Error(`time: invalid duration ${quote(text)}`);
    }
    rest = rest.slice(number.length);
    const [unit = ''] = /^[^0-9.]*/.exec(rest) ?? [];
    if (unit === '') {
      throw new Error(`time: missing unit in duration ${quote(text)}`);
    }
    const scale = nanoseconds[unit];
    if (scale === undefined) {
      throw new Error(`time: unknown unit ${quote(unit)} in duration ${quote(text)}`);
    }
    rest = rest.slice(unit.length);
    total += (Number(number) * scale) / 1e6;
    if (total >= maxMilliseconds) {
      throw new Error(`time: invalid duration ${quote(text)}`);
    }
  }
  return total === 0 ? 0 : sign * total;
}

/** Formats milliseconds like Go's `Duration.String`: `1m0s`, `1.5s`, `200ms`, `0s`. */
export function formatDuration(milliseconds: number): string {
  const total = Math.round(Math.abs(milliseconds) * 1e6);
  const sign = milliseconds < 0 ? '-' : '';
  if (total === 0) {
    return '0s';
  }
  if (total < 1e3) {
    return `${sign}${total}ns`;
  }
  if (total < 1e6) {
    return `${sign}${total / 1e3}µs`;
  }
  if (total < 1e9) {
    return `${sign}${total / 1e6}ms`;
  }
  const hours = Math.floor(total / 3600e9);
  const minutes = Math.floor((total % 3600e9) / 60e9);
  const seconds = (total % 60e9) / 1e9;
  if (hours > 0) {
    return `${sign}${hours}h${minutes}m${seconds}s`;
  }
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}

/** Quotes like Go's time package, byte by byte: everything except printable ASCII becomes `\xNN`. */
function quote(text: string): string {
  let quoted = '';
  for (const byte of new TextEncoder().encode(text)) {
    if (byte >= 0x7f || byte < 0x20) {
      quoted += `\\x${byte.toString(16).padStart(2, '0')}`;
    } else {
      const character = String.fromCharCode(byte);
      quoted += character === '"' || character === '\\' ? `\\${character}` : character;
    }
  }
  return `"${quoted}"`;
}
