import {
  type Cursor,
  createUnexpectedError,
  skipBlanks,
  take,
  takeMetricName,
  takeSeries,
  takeText,
} from './cursor.ts';
import { parseFloatGo } from './float.ts';
import { type ExposedSample, ExpositionError, type MetricType } from './sample.ts';

const COMMENT = /[^\n]*/y;
const VALUE = /[^{ \t\n]+/y;
const TIMESTAMP = /\d+/y;
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
export function readTextFormat(page: string, onSample: (sample: ExposedSample) => void): void {
  const cursor: Cursor = { page, at: 0 };
  let type: MetricType = 'unknown';
  while (cursor.at < page.length) {
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
    const digits = take(cursor, TIMESTAMP);
    endLine(cursor, digits === undefined ? 'a timestamp or the end of the line' : 'the end of the line');
    onSample({ series, labels, value, timestamp: digits === undefined ? undefined : readTimestamp(cursor, digits) });
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
  if (takeMetricName(cursor) === undefined) {
    throw createUnexpectedError(cursor, `the name of a metric after ${keyword}`);
  }
  const text = (take(cursor, COMMENT) ?? '').slice(1);
  if (keyword === 'HELP') {
    return undefined;
  }
  const type = TYPES[text];
  if (type === undefined) {
    throw new ExpositionError(`invalid metric type ${JSON.stringify(text)}`);
  }
  return type;
}

function readValue(cursor: Cursor): number {
  skipBlanks(cursor);
  const start = cursor.at;
  const text = take(cursor, VALUE);
  if (text === undefined) {
    throw createUnexpectedError(cursor, 'a value after the metric');
  }
  try {
    return parseFloatGo(text);
  } catch {
    throw createUnexpectedError({ page: cursor.page, at: start }, 'a value after the metric');
  }
}

function readTimestamp(cursor: Cursor, digits: string): number {
  if (BigInt(digits) >= 2n ** 63n) {
    throw createUnexpectedError(cursor, 'a timestamp of 64 bits');
  }
  return Number(digits);
}

function endLine(cursor: Cursor, expected: string): void {
  skipBlanks(cursor);
  if (cursor.at < cursor.page.length && !takeText(cursor, '\n')) {
    throw createUnexpectedError(cursor, expected);
  }
}
