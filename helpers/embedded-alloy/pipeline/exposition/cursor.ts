import { describeError } from '../../language/describe-error.ts';
import { quote, quoteBytes } from '../../language/syntax/quote.ts';
import { formatBound, parseFloatGo } from './float.ts';
import { ExpositionError, type MetricType } from './sample.ts';

/** A position in a page, and where its line starts. */
export type Cursor = { readonly page: string; at: number; start: number };

/** A token of Prometheus's lexer. */
export type Token = { readonly name: string; readonly pattern: RegExp };

/** Name and labels of a series, and their source text. */
export type SeriesText = { readonly series: string; readonly labels: (readonly [name: string, value: string])[] };

const METRIC_NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const QUOTED = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const BLANKS = /[ \t]*/y;

const COMMA: Token = { name: 'COMMA', pattern: /,/y };
const EQUAL: Token = { name: 'EQUAL', pattern: /=/y };
const BRACE_CLOSE: Token = { name: 'BCLOSE', pattern: /\}/y };
const LABEL: Token = { name: 'LNAME', pattern: LABEL_NAME };
const STRING: Token = { name: 'QSTRING', pattern: QUOTED };
const OPEN_STRING: Token = { name: 'INVALID', pattern: /".*/sy };

/** Reads the text that `pattern` (sticky) matches at the cursor, and moves past it; undefined if it does not match. */
export function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.page)?.[0];
  if (found !== undefined) {
    cursor.at += found.length;
  }
  return found;
}

/** Moves past `text` if it is at the cursor. */
export function takeText(cursor: Cursor, text: string): boolean {
  const here = cursor.page.startsWith(text, cursor.at);
  if (here) {
    cursor.at += text.length;
  }
  return here;
}

/** Moves past spaces and tabs. */
export function skipBlanks(cursor: Cursor): void {
  take(cursor, BLANKS);
}

/**
 * The error for what is at the cursor: one of `tokens`, the first that matches, or an invalid character. As Prometheus
 * does, it shows one byte more.
 */
export function createUnexpectedError(
  { page, start, at }: Cursor,
  expected: string,
  tokens: readonly Token[] = [],
): ExpositionError {
  const found = tokens.flatMap(({ name, pattern }) => {
    const text = take({ page, start, at }, pattern);
    return text === undefined ? [] : [{ name, end: at + text.length }];
  });
  const { name, end } = found[0] ?? { name: 'INVALID', end: at };
  const more = Buffer.from(page.slice(end, end + 2)).subarray(0, 1);
  const show = (from: number): string => quoteBytes(Buffer.concat([Buffer.from(page.slice(from, end)), more]));
  return new ExpositionError(`${expected}, got ${show(at)} ("${name}") while parsing: ${show(start)}`);
}

/** The error for what has been read of a line. */
export function createLineError({ page, start, at }: Cursor, reason: string): ExpositionError {
  return new ExpositionError(`${reason} while parsing: ${quote(page.slice(start, at))}`);
}

/** Parses the number that ends at the cursor. */
export function parseNumber(cursor: Cursor, text: string): number {
  if (/[pP_]/.test(text)) {
    throw createLineError(cursor, 'unsupported character in float');
  }
  try {
    return parseFloatGo(text);
  } catch (error) {
    throw createLineError(cursor, describeError(error));
  }
}

/** Reads the name of a metric after HELP, TYPE or UNIT, quoted or not. */
export function takeMetricName(cursor: Cursor, keyword: string): string {
  const quoted = take(cursor, QUOTED);
  const name = quoted === undefined ? take(cursor, METRIC_NAME) : quoted.slice(1, -1);
  if (name === undefined) {
    throw createUnexpectedError(cursor, `expected metric name after ${keyword}`, [OPEN_STRING]);
  }
  return name;
}

/**
 * Reads `name{label="value",…}` or `{"name",label="value",…}`. With `blanks`, spaces and tabs are allowed in between,
 * as in the Prometheus text format; OpenMetrics has none. Values of `le` and `quantile` are returned in canonical form.
 */
export function takeSeries(cursor: Cursor, type: MetricType, blanks: boolean): SeriesText {
  const start = cursor.at;
  const name = take(cursor, METRIC_NAME);
  const labels: (readonly [string, string])[] = name === undefined ? [] : [['__name__', name]];
  const afterName = cursor.at;
  if (blanks) {
    skipBlanks(cursor);
  }
  if (takeText(cursor, '{')) {
    takeLabels(cursor, labels, type, blanks);
  } else if (name === undefined) {
    throw createUnexpectedError(cursor, 'expected a valid start token');
  } else {
    cursor.at = afterName;
  }
  if (labels[0]?.[0] !== '__name__') {
    take(cursor, /[ \t]*[^{ \t\n]*/y);
    throw createLineError(cursor, 'metric name not set');
  }
  return { series: cursor.page.slice(start, cursor.at), labels };
}

/** Reads labels up to and including the closing brace. */
export function takeLabels(
  cursor: Cursor,
  labels: (readonly [string, string])[],
  type: MetricType,
  blanks: boolean,
): void {
  const skip = (): void => {
    if (blanks) {
      skipBlanks(cursor);
    }
  };
  for (;;) {
    skip();
    if (takeText(cursor, '}')) {
      return;
    }
    const quoted = take(cursor, QUOTED);
    const name = quoted === undefined ? take(cursor, LABEL_NAME) : unescapeText(quoted.slice(1, -1));
    if (name === undefined) {
      throw createUnexpectedError(cursor, 'expected label name', [COMMA, EQUAL, OPEN_STRING]);
    }
    skip();
    if (quoted !== undefined && /[,}]/.test(cursor.page[cursor.at] ?? '')) {
      if (labels[0]?.[0] === '__name__') {
        throw createLineError({ ...cursor, at: cursor.at + 1 }, 'metric name already set');
      }
      labels.unshift(['__name__', name]);
    } else {
      if (!takeText(cursor, '=')) {
        throw createUnexpectedError(cursor, 'expected equal', [STRING, OPEN_STRING, LABEL, BRACE_CLOSE, COMMA]);
      }
      skip();
      const value = take(cursor, QUOTED);
      if (value === undefined) {
        throw createUnexpectedError(cursor, 'expected label value', [OPEN_STRING]);
      }
      labels.push([name, normalizeLabelValue(type, name, value.slice(1, -1))]);
    }
    skip();
    if (!takeText(cursor, ',') && cursor.page[cursor.at] !== '}' && !blanks) {
      throw createUnexpectedError(cursor, 'expected comma or brace close');
    }
  }
}

function normalizeLabelValue(type: MetricType, name: string, text: string): string {
  const value = unescapeText(text);
  const isBound = (type === 'summary' && name === 'quantile') || (type === 'histogram' && name === 'le');
  return isBound ? formatBound(value) : value;
}

function unescapeText(text: string): string {
  return text.includes('\\')
    ? text.replace(/\\(["\\n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
    : text;
}
