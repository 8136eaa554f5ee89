import { quote } from '../../language/syntax/quote.ts';
import {
  type Cursor,
  createLineError,
  createUnexpectedError,
  parseNumber,
  skipBlanks,
  type Token,
  take,
  takeMetricName,
  takeSeries,
  takeText,
} from './cursor.ts';
import { type ExposedSample, ExpositionError, type MetricType } from './sample.ts';

const COMMENT = /[^\n]*/y;
const VALUE = /[^{ \t\n]+/y;
const TIMESTAMP: Token = { name: 'TIMESTAMP', pattern: /\d+/y };
const BRACE_OPEN: Token = { name: 'BOPEN', pattern: /\{/y };
const TYPES: Readonly<Record<string, MetricType>> = {
  counter: 'counter',
  gauge: 'gauge',
  histogram: 'histogram',
  summary: 'summary',
  untyped: 'unknown',
};

/**
 * Reads a page in the Prometheus text format 0.0.4 (prometheus.io, "Exposition formats"), as leniently as Prometheus's
 * own parser. `onSample` gets the samples one by one, so that those before an invalid line are known.
 * @throws ExpositionError at the first invalid line
 */
export function readTextFormat(text: string, onSample: (sample: ExposedSample) => void): void {
  const page = `${text}\n`;
  const cursor: Cursor = { page, at: 0, start: 0 };
  let type: MetricType = 'unknown';
  while (cursor.at < page.length) {
    cursor.start = cursor.at;
    skipBlanks(cursor);
    if (takeText(cursor, '\n')) {
      continue;
    }
    if (cursor.at >= page.length || page[cursor.at] === '\0') {
      return;
    }
    if (page[cursor.at] === '#') {
      type = readComment(cursor) ?? type;
      continue;
    }
    const { series, labels } = takeSeries(cursor, type, true);
    const value = readValue(cursor);
    skipBlanks(cursor);
    const digits = take(cursor, TIMESTAMP.pattern);
    const timestamp = digits === undefined ? undefined : readTimestamp(cursor, digits);
    skipBlanks(cursor);
    if (!takeText(cursor, '\n')) {
      throw timestamp === undefined
        ? createUnexpectedError(cursor, 'expected timestamp or new record')
        : createUnexpectedError(cursor, 'expected next entry after timestamp', [TIMESTAMP]);
    }
    onSample({ series, labels, value, timestamp });
  }
}

/** Moves past a comment; returns the type that a TYPE line declares. */
function readComment(cursor: Cursor): MetricType | undefined {
  const [, keyword] = /^#[ \t]+(HELP|TYPE)[ \t]+/.exec(cursor.page.slice(cursor.at, cursor.at + 64)) ?? [];
  if (keyword === undefined) {
    take(cursor, COMMENT);
    return undefined;
  }
  take(cursor, /#[ \t]+(?:HELP|TYPE)[ \t]+/y);
  takeMetricName(cursor, keyword);
  const text = (take(cursor, COMMENT) ?? '').slice(1);
  if (keyword === 'HELP') {
    return undefined;
  }
  const type = TYPES[text];
  if (type === undefined) {
    throw new ExpositionError(`invalid metric type ${quote(text)}`);
  }
  return type;
}

function readValue(cursor: Cursor): number {
  skipBlanks(cursor);
  const text = take(cursor, VALUE);
  if (text === undefined) {
    throw createUnexpectedError(cursor, 'expected value after metric', [BRACE_OPEN]);
  }
  return parseNumber(cursor, text);
}

function readTimestamp(cursor: Cursor, digits: string): number {
  if (BigInt(digits) >= 2n ** 63n) {
    throw createLineError(cursor, `strconv.ParseInt: parsing ${quote(digits)}: value out of range`);
  }
  return Number(digits);
}
