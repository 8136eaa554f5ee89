import { parseDuration } from '../query/language/duration.ts';
import { NotEvaluatedError, QueryError } from '../query/language/query-error.ts';
import { findPosition } from '../query/language/syntax-tree.ts';
import { evaluateAt, evaluateRange, selectSeries } from '../query/promql/evaluate.ts';
import type { Expression } from '../query/promql/expression.ts';
import { parsePromql } from '../query/promql/parse.ts';
import { inferType } from '../query/promql/types.ts';
import { buildLabelsObject, listLabelNames, listLabelValues } from '../store/labels.ts';
import { hasSamples } from '../store/read-series.ts';
import type { Series, SeriesStore } from '../store/series.ts';
import { type Answer, answerJson } from './answer.ts';
import { BUILD_INFO } from './build-info.ts';
import { formatInstantData, formatMatrixData } from './prometheus-data.ts';

const MAX_STEPS = 11_000;
/** The range of times that a Date can hold, in milliseconds. */
const MAX_TIME = 8.64e15;
const MIN_TIME = -MAX_TIME;

/** What a Grafana asks of a data source, and a Prometheus that only receives remote write has nothing about. */
const EMPTY_ANSWERS: Readonly<Record<string, unknown>> = {
  metadata: {},
  query_exemplars: [],
  rules: { groups: [] },
  alerts: { alerts: [] },
  'status/buildinfo': BUILD_INFO,
};

/**
 * Answers a path of the Prometheus HTTP API below `/api/v1/`: `query`, `query_range`, `series`, `labels`,
 * `label/NAME/values` and those of {@link EMPTY_ANSWERS}; undefined for any other. `now` (milliseconds) is the time of a
 * query without one.
 */
export function answerPrometheus(
  store: SeriesStore,
  path: string,
  parameters: URLSearchParams,
  now: number,
): Answer | undefined {
  try {
    if (path === 'query') return answerInstantQuery(store, parameters, now);
    if (path === 'query_range') return answerRangeQuery(store, parameters);
    if (path === 'series') return answerSeries(store, parameters);
    if (Object.hasOwn(EMPTY_ANSWERS, path)) return answerSuccess(EMPTY_ANSWERS[path]);
    if (path === 'labels') return answerSuccess(listLabelNames(findMatchedSeries(store, parameters, false)));
    const label = /^label\/([^/]+)\/values$/.exec(path)?.[1];
    if (label === undefined) return undefined;
    return answerSuccess(listLabelValues(findMatchedSeries(store, parameters, false), decodeURIComponent(label)));
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const status = error instanceof NotEvaluatedError ? 501 : error.type === 'execution' ? 422 : 400;
    return answerJson(status, { status: 'error', errorType: error.type, error: error.message });
  }
}

function answerInstantQuery(store: SeriesStore, parameters: URLSearchParams, now: number): Answer {
  const time = readTime(parameters, 'time') ?? now;
  const { expression, remarks, remark } = prepareQuery(parameters);
  const value = evaluateAt(store, expression, time, remark);
  return answerSuccess(formatInstantData(value, time), remarks);
}

function answerRangeQuery(store: SeriesStore, parameters: URLSearchParams): Answer {
  const [start, end] = [readRequiredTime(parameters, 'start'), readRequiredTime(parameters, 'end')];
  if (end < start) throw createParameterError('end', 'end timestamp must not be before start time');
  const step = readStep(parameters);
  if ((end - start) / step > MAX_STEPS) {
    throw new QueryError(
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    );
  }
  const { expression, remarks, remark } = prepareQuery(parameters);
  const type = inferType(expression);
  if (type !== 'scalar' && type !== 'instant vector') {
    throw createParameterError(
      'query',
      `invalid expression type "${type}" for range query, must be Scalar or instant Vector`,
    );
  }
  return answerSuccess(formatMatrixData(evaluateRange(store, expression, { start, end, step }, remark)), remarks);
}

function answerSeries(store: SeriesStore, parameters: URLSearchParams): Answer {
  return answerSuccess(findMatchedSeries(store, parameters, true).map(({ labels }) => buildLabelsObject(labels)));
}

/**
 * The series that any `match[]` selects and that have a sample from `start` to `end`; without `match[]` all of them,
 * unless it is required.
 */
function findMatchedSeries(store: SeriesStore, parameters: URLSearchParams, isRequired: boolean): Series[] {
  const written = parameters.getAll('match[]');
  if (isRequired && written.length === 0) throw new QueryError('no match[] parameter provided');
  const start = readTime(parameters, 'start') ?? MIN_TIME;
  const end = readTime(parameters, 'end') ?? MAX_TIME;
  if (end < start) throw createParameterError('end', 'end timestamp must not be before start time');
  const found = new Set<Series>(written.length === 0 ? store.select() : []);
  for (const text of written) {
    const selector = parseQuery('match[]', text);
    if (selector.kind !== 'selector') throw createParameterError('match[]', 'expected a series selector');
    for (const series of selectSeries(store, selector)) found.add(series);
  }
  return [...found].filter((series) => hasSamples(series, start, end));
}

type Prepared = {
  readonly expression: Expression;
  readonly remarks: ReadonlySet<string>;
  readonly remark: (text: string, at: number) => void;
};

function prepareQuery(parameters: URLSearchParams): Prepared {
  const query = parameters.get('query') ?? '';
  const remarks = new Set<string>();
  const remark = (text: string, at: number) => {
    const { line, column } = findPosition(query, at);
    remarks.add(`PromQL info: ${text} (${line}:${column})`);
  };
  return { expression: parseQuery('query', query), remarks, remark };
}

function parseQuery(parameter: string, query: string): Expression {
  try {
    return parsePromql(query);
  } catch (error) {
    if (!(error instanceof QueryError) || error instanceof NotEvaluatedError) throw error;
    throw createParameterError(parameter, error.message);
  }
}

function readRequiredTime(parameters: URLSearchParams, name: string): number {
  const time = readTime(parameters, name);
  if (time === undefined) throw createParameterError(name, 'cannot parse "" to a valid timestamp');
  return time;
}

/** Reads a time, seconds since the epoch or RFC 3339, into milliseconds. */
function readTime(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name) ?? '';
  if (text === '') return undefined;
  const time = /^[+-]?\d+(\.\d*)?(e[+-]?\d+)?$/i.test(text)
    ? Math.round(Number(text) * 1000)
    : /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text)
      ? Date.parse(text)
      : Number.NaN;
  if (Number.isNaN(time) || Math.abs(time) > MAX_TIME)
    throw createParameterError(name, `cannot parse "${text}" to a valid timestamp`);
  return time;
}

function readStep(parameters: URLSearchParams): number {
  const text = parameters.get('step') ?? '';
  const step = /^\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : parseDuration(text);
  if (step === undefined) throw createParameterError('step', `cannot parse "${text}" to a valid duration`);
  if (step <= 0) {
    throw createParameterError(
      'step',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  }
  return step;
}

function createParameterError(parameter: string, problem: string): QueryError {
  return new QueryError(`invalid parameter "${parameter}": ${problem}`);
}

function answerSuccess(data: unknown, remarks: ReadonlySet<string> = new Set()): Answer {
  return answerJson(200, { status: 'success', data, ...(remarks.size > 0 && { infos: [...remarks] }) });
}
