import { decodeAt } from './source.ts';

const short: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** Whether Go prints a character unescaped. */
export function isPrintable(character: string): boolean {
  return printable.test(character);
}

/** Quotes text like Go's `%q`. */
export function quote(text: string): string {
  return `"${[...text].map(quoteCharacter).join('')}"`;
}

/** Quotes bytes like Go's `%q`: invalid UTF-8 becomes `\xNN`. */
export function quoteBytes(bytes: Uint8Array): string {
  let quoted = '';
  for (let offset = 0; offset < bytes.length; ) {
    const [point, width] = decodeAt(bytes, offset);
    const invalid = width === 1 && point >= 0x80;
    quoted += invalid ? formatHex(bytes[offset] ?? 0) : quoteCharacter(String.fromCodePoint(point));
    offset += width;
  }
  return `"${quoted}"`;
}

function formatHex(code: number): string {
  return `\\x${code.toString(16).padStart(2, '0')}`;
}

function quoteCharacter(character: string): string {
  const escaped = short[character];
  if (escaped !== undefined || isPrintable(character)) {
    return escaped ?? character;
  }
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) {
    return formatHex(code);
  }
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
