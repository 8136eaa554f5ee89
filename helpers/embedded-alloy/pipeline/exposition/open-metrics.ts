import {
  type Cursor,
  createUnexpectedError,
  take,
  takeLabels,
  takeMetricName,
  takeSeries,
  takeText,
} from './cursor.ts';
import { parseFloatGo } from './float.ts';
import { type ExposedSample, ExpositionError, type MetricType } from './sample.ts';

const REST = /[^\n]*/y;
const NUMBER = /[^ \n]+/y;
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
  const cursor: Cursor = { page, at: 0 };
  let type: MetricType = 'unknown';
  while (cursor.at < page.length) {
    if (takeText(cursor, '# ')) {
      if (takeText(cursor, 'EOF')) {
        takeText(cursor, '\n');
        if (cursor.at < page.length) {
          throw createUnexpectedError(cursor, 'nothing after # EOF');
        }
        return;
      }
      type = readMetadata(cursor) ?? type;
      continue;
    }
    const { series, labels } = takeSeries(cursor, type, false);
    const value = readNumber(cursor, 'a value after the metric');
    let seconds: number | undefined;
    if (cursor.page[cursor.at] === ' ' && !cursor.page.startsWith(' # {', cursor.at)) {
      seconds = readFinite(cursor, 'a timestamp');
    }
    if (takeText(cursor, ' # {')) {
      takeLabels(cursor, [['__name__', '']], 'unknown', false);
      readNumber(cursor, 'the value of an exemplar');
      if (cursor.page[cursor.at] === ' ') {
        readFinite(cursor, 'the timestamp of an exemplar');
      }
    }
    if (!takeText(cursor, '\n')) {
      throw createUnexpectedError(cursor, 'the end of the line');
    }
    onSample({ series, labels, value, timestamp: seconds === undefined ? undefined : Math.trunc(seconds * 1000) });
  }
  throw new ExpositionError('data does not end with # EOF');
}

/** Reads a HELP, TYPE or UNIT line; returns the type of a TYPE line. */
function readMetadata(cursor: Cursor): MetricType | undefined {
  const keyword = ['HELP', 'TYPE', 'UNIT'].find((candidate) => takeText(cursor, `${candidate} `));
  if (keyword === undefined) {
    throw createUnexpectedError(cursor, 'HELP, TYPE, UNIT or EOF after "# "');
  }
  const name = takeMetricName(cursor);
  if (name === undefined) {
    throw createUnexpectedError(cursor, `the name of a metric after ${keyword}`);
  }
  const text = (take(cursor, REST) ?? '').slice(1);
  if (!takeText(cursor, '\n')) {
    throw new ExpositionError('data does not end with # EOF');
  }
  if (keyword === 'UNIT' && text !== '' && !name.endsWith(`_${text}`)) {
    throw new ExpositionError(`unit ${JSON.stringify(text)} not a suffix of metric ${JSON.stringify(name)}`);
  }
  if (keyword !== 'TYPE') {
    return undefined;
  }
  const type = TYPES.find((candidate) => candidate === text);
  if (type === undefined) {
    throw new ExpositionError(`invalid metric type ${JSON.stringify(text)}`);
  }
  return type;
}

function readNumber(cursor: Cursor, expected: string): number {
  const at = cursor.at;
  const text = takeText(cursor, ' ') ? take(cursor, NUMBER) : undefined;
  try {
    return parseFloatGo(text ?? '');
  } catch {
    throw createUnexpectedError({ page: cursor.page, at }, expected);
  }
}

function readFinite(cursor: Cursor, expected: string): number {
  const at = cursor.at;
  const value = readNumber(cursor, expected);
  if (!Number.isFinite(value)) {
    throw createUnexpectedError({ page: cursor.page, at }, expected);
  }
  return value;
}
