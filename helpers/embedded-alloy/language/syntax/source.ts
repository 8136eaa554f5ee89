/** A position in a source file. Lines and columns start at 1; columns count bytes, as in Alloy. */
export type Position = { readonly line: number; readonly column: number };

/** A configuration file. Offsets into it are byte offsets. */
export type SourceFile = {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The offset of each line's first byte. */
  readonly lineStarts: readonly number[];
};

const newline = 0x0a;
const replacement = 0xfffd;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Creates a source file from its name and content. */
export function createSourceFile(name: string, content: Uint8Array | string): SourceFile {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const lineStarts = [0];
  for (let offset = bytes.indexOf(newline); offset >= 0; offset = bytes.indexOf(newline, offset + 1)) {
    lineStarts.push(offset + 1);
  }
  return { name, bytes, lineStarts };
}

/** The line and column of a byte offset. */
export function findPosition(file: SourceFile, offset: number): Position {
  let low = 0;
  let high = file.lineStarts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((file.lineStarts[middle] ?? 0) <= offset) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return { line: low + 1, column: offset - (file.lineStarts[low] ?? 0) + 1 };
}

/** The text between two byte offsets. */
export function sliceText(file: SourceFile, start: number, end: number): string {
  return decoder.decode(file.bytes.subarray(start, end));
}

/** The text of a line (from 1) without its newline; empty after the last line. */
export function readLine(file: SourceFile, line: number): string {
  const start = file.lineStarts[line - 1];
  const next = file.lineStarts[line];
  return start === undefined ? '' : sliceText(file, start, next === undefined ? file.bytes.length : next - 1);
}

/** Decodes the character at a byte offset and its length in bytes; U+FFFD and 1 for invalid UTF-8. */
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
