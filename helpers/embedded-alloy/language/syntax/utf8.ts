const replacement = 0xfffd;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The character at a byte offset and the number of bytes that it takes; U+FFFD and 1 where they are not UTF-8. */
export function decodeAt(bytes: Uint8Array, offset: number): readonly [point: number, width: number] {
  const first = bytes[offset] ?? 0;
  if (first < 0x80) {
    return [first, 1];
  }
  const width = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  const text = decoder.decode(bytes.subarray(offset, offset + width));
  const point = text.codePointAt(0) ?? replacement;
  const whole = String.fromCodePoint(point) === text;
  return whole && (point !== replacement || isReplacement(bytes, offset)) ? [point, width] : [replacement, 1];
}

function isReplacement(bytes: Uint8Array, offset: number): boolean {
  return bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd;
}
