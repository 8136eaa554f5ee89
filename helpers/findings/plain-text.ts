import { stripVTControlCharacters } from 'node:util';

/** Control characters, the line ends of Unicode, and what turns the direction of text. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu;
const LINE_END = /\r\n?|[\n\v\f\u0085\u2028\u2029]/;

/**
 * A text of other programs in one line that a terminal and a log of GitHub Actions show as it is: without control characters,
 * and with spaces in what would be a workflow command at the start of a line (GitHub Actions, "Workflow commands").
 */
export function toLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(CONTROL, ' ')
    .replace(/(?<=^|\s)::(?=[a-z].*::)/gi, ': :')
    .replaceAll('##[', '## [');
}

/** The same, with the line ends that it has. */
export function toLines(text: string): string {
  return text.split(LINE_END).map(toLine).join('\n');
}

/** Does that in every text that a value holds. */
export function toPlain<T>(value: T): T {
  return mapTexts(value) as T;
}

function mapTexts(value: unknown): unknown {
  if (typeof value === 'string') return toLines(value);
  if (Array.isArray(value)) return value.map(mapTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapTexts(one)]));
}
