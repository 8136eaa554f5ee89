import type { NumberValue } from './value.ts';

/** Formats a number as Alloy does when it converts numbers to strings: never with an exponent. */
export function formatNumber(number: NumberValue): string {
  return number.kind === 'float' ? formatPlainFloat(number.value) : number.value.toString();
}

/** Formats a number as Go's `%v` does: with an exponent from 21 digits on or below 0.0001. */
export function formatNumberAsGo(number: NumberValue): string {
  if (number.kind !== 'float') {
    return number.value.toString();
  }
  const { value } = number;
  if (!Number.isFinite(value)) {
    return formatSpecial(value);
  }
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e21)) {
    return formatExponential(value);
  }
  return formatPlainFloat(value);
}

function formatSpecial(value: number): string {
  if (Number.isNaN(value)) {
    return 'NaN';
  }
  return value > 0 ? '+Inf' : '-Inf';
}

function formatExponential(value: number): string {
  return value.toExponential().replace(/e([-+])(\d)$/, 'e$10$2');
}

/** The shortest decimal that parses to `value`, without an exponent, like Go's `FormatFloat(value, 'f', -1, 64)`. */
function formatPlainFloat(value: number): string {
  if (!Number.isFinite(value)) {
    return formatSpecial(value);
  }
  if (Object.is(value, -0)) {
    return '-0';
  }
  const text = String(value);
  const match = /^(-?)(\d+)(?:\.(\d+))?e([-+]\d+)$/.exec(text);
  if (match === null) {
    return text;
  }
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) {
    return `${sign}0.${'0'.repeat(-point)}${digits}`;
  }
  return point >= digits.length
    ? `${sign}${digits}${'0'.repeat(point - digits.length)}`
    : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
