import { quote } from '../../language/syntax/quote.ts';
import {
  type Cursor,
  createUnexpectedError,
  parseNumber,
  type Token,
  take,
  takeLabels,
  takeMetricName,
  takeSeries,
  takeText,
} from './cursor.ts';
import { type ExposedSample, ExpositionError, type MetricType } from './sample.ts';

const REST = /[^\n]*/y;
const NUMBER = /[^ \n]+/y;
const TIMESTAMP: Token = { name: 'TIMESTAMP', pattern: / [^ \n]+/y };
const BLANK: Token = { name: 'INVALID', pattern: / /y };
const COMMENT: Token = { name: 'INVALID', pattern: /# /y };
const TYPES: readonly MetricType[] = [
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
  'unknown',
];

/**
 * Reads a page in OpenMetrics 1.0 text ("Text format"). Exemplars are checked and ignored. `onSample` gets the samples
 * one by one. @throws ExpositionError at the first invalid line, or if `# EOF` is missing
 */
export function readOpenMetrics(page: string, onSample: (sample: ExposedSample) => void): void {
  const cursor: Cursor = { page, at: 0, start: 0 };
  let type: MetricType = 'unknown';
  while (cursor.at < page.length) {
    cursor.start = cursor.at;
    if (takeText(cursor, '# ')) {
      if (takeText(cursor, 'EOF')) {
        takeText(cursor, '\n');
        if (cursor.at < page.length) {
          throw new ExpositionError('unexpected data after # EOF');
        }
        return;
      }
      type = readMetadata(cursor) ?? type;
      continue;
    }
    const { series, labels } = takeSeries(cursor, type, false);
    const value = readNumber(cursor, 'metric');
    let seconds: number | undefined;
    let after = 'timestamp';
    if (cursor.page[cursor.at] === ' ' && !cursor.page.startsWith(' # {', cursor.at)) {
      seconds = readTimestamp(cursor, 'timestamp');
    }
    if (takeText(cursor, ' # {')) {
      takeLabels(cursor, [['__name__', '']], 'unknown', false);
      after = 'exemplar timestamp';
      readNumber(cursor, 'exemplar labels');
      if (cursor.page[cursor.at] === ' ') {
        readTimestamp(cursor, 'exemplar timestamp');
      }
    }
    if (!takeText(cursor, '\n')) {
      throw createUnexpectedError(cursor, `expected next entry after ${after}`, [TIMESTAMP]);
    }
    onSample({ series, labels, value, timestamp: seconds === undefined ? undefined : Math.trunc(seconds * 1000) });
  }
  throw new ExpositionError('data does not end with # EOF');
}

/** Reads a HELP, TYPE or UNIT line; returns the type of a TYPE line. */
function readMetadata(cursor: Cursor): MetricType | undefined {
  const keyword = ['HELP', 'TYPE', 'UNIT'].find((candidate) => takeText(cursor, `${candidate} `));
  if (keyword === undefined) {
    throw createUnexpectedError({ ...cursor, at: cursor.start }, 'expected a valid start token', [COMMENT]);
  }
  const name = takeMetricName(cursor, keyword);
  const text = takeText(cursor, ' ') ? take(cursor, REST) : undefined;
  if (text === undefined || !takeText(cursor, '\n')) {
    throw new ExpositionError(`expected text in ${keyword}`);
  }
  if (keyword === 'UNIT' && text !== '' && !name.endsWith(`_${text}`)) {
    throw new ExpositionError(`unit ${quote(text)} not a suffix of metric ${quote(name)}`);
  }
  if (keyword !== 'TYPE') {
    return undefined;
  }
  const type = TYPES.find((candidate) => candidate === text);
  if (type === undefined) {
    throw new ExpositionError(`invalid metric type ${quote(text)}`);
  }
  return type;
}

function readNumber(cursor: Cursor, after: string): number {
  const { at } = cursor;
  const text = takeText(cursor, ' ') ? take(cursor, NUMBER) : undefined;
  if (text === undefined) {
    throw createUnexpectedError({ ...cursor, at }, `expected value after ${after}`, [BLANK]);
  }
  return parseNumber(cursor, text);
}

function readTimestamp(cursor: Cursor, name: string): number {
  const seconds = readNumber(cursor, name);
  if (!Number.isFinite(seconds)) {
    throw new ExpositionError(`invalid ${name} ${Number.isNaN(seconds) ? 'NaN' : seconds > 0 ? '+Inf' : '-Inf'}`);
  }
  return seconds;
}
