import { NANOSECONDS } from '../language/duration.ts';

/** Why a text is no quantity, in the words of Loki's parsers. */
export type Malformed = { readonly problem: string };

const DURATION_PART = /(\d+\.?\d*|\.\d+)([^\d.]*)/y;

/** Parses a float as Go's `strconv.ParseFloat` does. */
export function parseFloatStrictly(text: string): number | Malformed {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return Number(text);
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  return { problem: `strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax` };
}

/** Parses a duration such as `1m30s` into nanoseconds. */
export function parseGoDuration(text: string): number | Malformed {
  const quoted = JSON.stringify(text);
  const unsigned = text.replace(/^[+-]/, '');
  if (unsigned === '0') return 0;
  let total = 0;
  let at = 0;
  while (at < unsigned.length) {
    DURATION_PART.lastIndex = at;
    const [part, number, unit = ''] = DURATION_PART.exec(unsigned) ?? [];
    if (part === undefined) return { problem: `time: invalid duration ${quoted}` };
    if (unit === '') return { problem: `time: missing unit in duration ${quoted}` };
    const factor = NANOSECONDS.get(unit);
    if (factor === undefined) return { problem: `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}` };
    total += Number(number) * factor;
    at += part.length;
  }
  if (unsigned === '') return { problem: `time: invalid duration ${quoted}` };
  return text.startsWith('-') ? -total : total;
}

const SIZE = /^([\d.,]*)\s*(\D.*)?$/s;
const PREFIXES = ['', 'k', 'm', 'g', 't', 'p', 'e'];

/** Parses a size such as `10KB` (decimal) or `10KiB` (binary) into bytes. */
export function parseSize(text: string): number | Malformed {
  const [, digits = '', unit = ''] = SIZE.exec(text) ?? [];
  const number = parseFloatStrictly(digits.replaceAll(',', ''));
  if (typeof number !== 'number') return number;
  const [, prefix = '', binary] = /^([kmgtpe]?)(i?)b?$/.exec(unit.trim().toLowerCase()) ?? [];
  if (binary === undefined) return { problem: `unhandled size name: ${unit.trim().toLowerCase()}` };
  return Math.trunc(number * (binary === 'i' ? 1024 : 1000) ** PREFIXES.indexOf(prefix));
}

/**
 * The size that Loki compares with: it writes a query again before it evaluates it, and a size with at most two digits and
 * decimal units, so that `10KiB` becomes 10,000 bytes.
 */
export function roundSize(bytes: number): number {
  if (bytes < 10) return bytes;
  const unit = 1000 ** Math.floor(Math.log(bytes) / Math.log(1000));
  const tenths = Math.floor((bytes / unit) * 10 + 0.5) / 10;
  return (tenths < 10 ? tenths : Math.round(tenths)) * unit;
}
