import { formatBound } from './float.ts';
import { ExpositionError, type MetricType } from './sample.ts';

/** A position in a page. */
export type Cursor = { readonly page: string; at: number };

/** Name and labels of a series, and their source text. */
export type SeriesText = { readonly series: string; readonly labels: (readonly [name: string, value: string])[] };

const METRIC_NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const QUOTED = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const BLANKS = /[ \t]*/y;

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

/** The error for anything but `expected` at the cursor. */
export function createUnexpectedError(cursor: Cursor, expected: string): ExpositionError {
  const line = cursor.page.slice(0, cursor.at).split('\n').length;
  const found =
    cursor.at >= cursor.page.length ? 'the end' : JSON.stringify(cursor.page.slice(cursor.at, cursor.at + 24));
  return new ExpositionError(`line ${line}: expected ${expected}, found ${found}`);
}

/** Reads the name of a metric, quoted or not. */
export function takeMetricName(cursor: Cursor): string | undefined {
  const quoted = take(cursor, QUOTED);
  return quoted === undefined ? take(cursor, METRIC_NAME) : quoted.slice(1, -1);
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
    throw createUnexpectedError(cursor, 'the name of a metric');
  } else {
    cursor.at = afterName;
  }
  if (labels[0]?.[0] !== '__name__') {
    throw createUnexpectedError({ page: cursor.page, at: start }, 'a metric with a name');
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
      throw createUnexpectedError(cursor, 'the name of a label');
    }
    skip();
    if (quoted !== undefined && /[,}]/.test(cursor.page[cursor.at] ?? '')) {
      if (labels[0]?.[0] === '__name__') {
        throw createUnexpectedError(cursor, 'only one name of a metric');
      }
      labels.unshift(['__name__', name]);
    } else {
      if (!takeText(cursor, '=')) {
        throw createUnexpectedError(cursor, '"=" after the name of a label');
      }
      skip();
      const value = take(cursor, QUOTED);
      if (value === undefined) {
        throw createUnexpectedError(cursor, 'the value of a label in quotes');
      }
      labels.push([name, normalizeLabelValue(type, name, value.slice(1, -1))]);
    }
    skip();
    if (!takeText(cursor, ',') && cursor.page[cursor.at] !== '}' && !blanks) {
      throw createUnexpectedError(cursor, '"," or "}" after a label');
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
