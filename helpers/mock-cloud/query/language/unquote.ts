const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.?))/gs;

/**
 * The text of a string literal in quotes, as Go reads it: backticks keep everything, other quotes have escapes.
 * Undefined if an escape is invalid.
 */
export function unquote(literal: string): string | undefined {
  const inside = literal.slice(1, -1);
  if (literal.startsWith('`')) return inside;
  let isInvalid = false;
  const text = inside.replace(ESCAPE, (_, hex, short, long, octal, letter) => {
    const code = hex ?? short ?? long;
    if (code !== undefined) return decodeCharacter(Number.parseInt(code, 16));
    if (octal !== undefined) return decodeCharacter(Number.parseInt(octal, 8));
    const simple = SIMPLE[letter];
    if (simple === undefined) isInvalid = true;
    return simple ?? '';
  });
  return isInvalid ? undefined : text;

  function decodeCharacter(code: number): string {
    if (code <= 0x10ffff) return String.fromCodePoint(code);
    isInvalid = true;
    return '';
  }
}
