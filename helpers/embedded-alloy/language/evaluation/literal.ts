import type { Literal } from '../syntax/ast.ts';
import { boolValue, floatValue, intValue, nullValue, stringValue, uintValue, type Value } from './value.ts';

/** The value of a literal. As in Alloy, numbers with a leading zero are octal if their digits allow it. */
export function readLiteral({ token, text }: Literal): Value {
  switch (token) {
    case 'NULL':
      return nullValue();
    case 'BOOL':
      return boolValue(text === 'true');
    case 'FLOAT':
      return floatValue(Number(text));
    case 'STRING':
      return stringValue(decodeString(text));
    case 'NUMBER':
      return readNumber(text);
  }
}

function readNumber(text: string): Value {
  if (/^0[0-9]+$/.test(text) && !/^0[0-7]+$/.test(text)) {
    return floatValue(Number(text));
  }
  const value = /^0[0-7]+$/.test(text) ? BigInt(`0o${text.slice(1)}`) : BigInt(text);
  if (value < 2n ** 63n) {
    return intValue(value);
  }
  return value < 2n ** 64n ? uintValue(value) : floatValue(Number(text));
}

const escapes: Readonly<Record<string, number>> = {
  a: 0x07,
  b: 0x08,
  f: 0x0c,
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  v: 0x0b,
  '\\': 0x5c,
  '"': 0x22,
};

/** The string that a string literal stands for. The scanner has checked its escapes. */
export function decodeString(literal: string): string {
  const inner = literal.slice(1, -1);
  if (literal.startsWith('`')) {
    return inner.replaceAll('\r', '');
  }
  if (!inner.includes('\\')) {
    return inner;
  }
  // Octal and hexadecimal escapes are bytes, and several of them may form one character.
  const chunks = [...inner.matchAll(/\\([0-7]{3})|\\x(..)|\\u(.{4})|\\U(.{8})|\\(.)|[^\\]+/gs)].map(decodeEscape);
  return Buffer.concat(chunks).toString('utf8');
}

function decodeEscape([whole, octal, hexadecimal, short, long, simple]: RegExpExecArray): Buffer {
  if (octal !== undefined) {
    return Buffer.from([Number.parseInt(octal, 8)]);
  }
  if (hexadecimal !== undefined) {
    return Buffer.from([Number.parseInt(hexadecimal, 16)]);
  }
  const point = short ?? long;
  if (point !== undefined) {
    return Buffer.from(String.fromCodePoint(Number.parseInt(point, 16)));
  }
  return simple === undefined ? Buffer.from(whole) : Buffer.from([escapes[simple] ?? 0]);
}
