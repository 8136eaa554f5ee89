import { parseDuration } from '../query/language/duration.ts';
import { QueryError } from '../query/language/query-error.ts';
import { lineAndColumn } from '../query/language/syntax-tree.ts';
import { evaluateAt, evaluateRange, selectSeries } from '../query/promql/evaluate.ts';
import type { Expression } from '../query/promql/expression.ts';
import { instantData, matrixData } from '../query/promql/format.ts';
import { parsePromql } from '../query/promql/parse.ts';
import { typeOf } from '../query/promql/types.ts';
import type { Labels } from '../store/labels.ts';
import { labelPairs, labelsJson } from '../store/labels.ts';
import { hasSampleWithin } from '../store/read-series.ts';
import type { Series, SeriesStore } from '../store/series.ts';
import type { Answer } from './answer.ts';
import { json } from './answer.ts';

const MOST_STEPS = 11_000;
/** The times that a Date holds, in milliseconds. */
const FAR_AHEAD = 8.64e15;
const LONG_AGO = -FAR_AHEAD;

/**
 * Answers one path of the Prometheus HTTP API below `/api/v1/`: `query`, `query_range`, `series`, `labels` and
 * `label/NAME/values`; undefined for any other. `now` (milliseconds) is the time of a query that names none.
 */
export function answerPrometheus(
  store: SeriesStore,
  path: string,
  parameters: URLSearchParams,
  now: number,
): Answer | undefined {
  try {
    if (path === 'query') return instantQuery(store, parameters, now);
    if (path === 'query_range') return rangeQuery(store, parameters);
    if (path === 'series') return seriesList(store, parameters);
    if (path === 'labels') return success(namesOf(matchedSeries(store, parameters, false)));
    const label = /^label\/([^/]+)\/values$/.exec(path)?.[1];
    if (label === undefined) return undefined;
    return success(valuesOf(matchedSeries(store, parameters, false), decodeURIComponent(label)));
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const status = error.type === 'execution' ? 422 : 400;
    return json(status, { status: 'error', errorType: error.type, error: error.message });
  }
}

function instantQuery(store: SeriesStore, parameters: URLSearchParams, now: number): Answer {
  const time = timeOf(parameters, 'time') ?? now;
  const { expression, remarks, remark } = prepare(parameters);
  const value = evaluateAt(store, expression, time, remark);
  return success(instantData(value, time), remarks);
}

function rangeQuery(store: SeriesStore, parameters: URLSearchParams): Answer {
  const [start, end] = [requiredTime(parameters, 'start'), requiredTime(parameters, 'end')];
  if (end < start) throw invalid('end', 'end timestamp must not be before start time');
  const step = stepOf(parameters);
  if ((end - start) / step > MOST_STEPS) {
    throw new QueryError(
      'bad_data',
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    );
  }
  const { expression, remarks, remark } = prepare(parameters);
  const type = typeOf(expression);
  if (type !== 'scalar' && type !== 'instant vector') {
    throw invalid('query', `invalid expression type "${type}" for range query, must be Scalar or instant Vector`);
  }
  return success(matrixData(evaluateRange(store, expression, { start, end, step }, remark)), remarks);
}

function seriesList(store: SeriesStore, parameters: URLSearchParams): Answer {
  return success(matchedSeries(store, parameters, true).map(({ labels }) => labelsJson(labels)));
}

/** The series of any `match[]`, or of all where none is needed, that have a sample from `start` to `end`. */
function matchedSeries(store: SeriesStore, parameters: URLSearchParams, needed: boolean): Series[] {
  const written = parameters.getAll('match[]');
  if (needed && written.length === 0) throw new QueryError('bad_data', 'no match[] parameter provided');
  const start = timeOf(parameters, 'start') ?? LONG_AGO;
  const end = timeOf(parameters, 'end') ?? FAR_AHEAD;
  if (end < start) throw invalid('end', 'end timestamp must not be before start time');
  const found = new Set<Series>(written.length === 0 ? store.select() : []);
  for (const text of written) {
    const selector = parsed('match[]', text);
    if (selector.kind !== 'selector') throw invalid('match[]', 'a series selector was expected');
    for (const series of selectSeries(store, selector)) found.add(series);
  }
  return [...found].filter((series) => hasSampleWithin(series, start, end));
}

function namesOf(series: readonly Series[]): string[] {
  return sortedUnique(series.flatMap(({ labels }) => [...labelPairs(labels)].map(([name]) => name)));
}

function valuesOf(series: readonly Series[], label: string): string[] {
  const valueIn = (labels: Labels) => [...labelPairs(labels)].find(([name]) => name === label)?.[1];
  return sortedUnique(series.flatMap(({ labels }) => valueIn(labels) ?? []));
}

function sortedUnique(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort((a, b) => (a < b ? -1 : 1));
}

type Prepared = {
  readonly expression: Expression;
  readonly remarks: ReadonlySet<string>;
  readonly remark: (text: string, at: number) => void;
};

function prepare(parameters: URLSearchParams): Prepared {
  const query = parameters.get('query') ?? '';
  const remarks = new Set<string>();
  const remark = (text: string, at: number) => {
    const { line, column } = lineAndColumn(query, at);
    remarks.add(`PromQL info: ${text} (${line}:${column})`);
  };
  return { expression: parsed('query', query), remarks, remark };
}

function parsed(parameter: string, query: string): Expression {
  try {
    return parsePromql(query);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw invalid(parameter, error.message);
  }
}

function requiredTime(parameters: URLSearchParams, name: string): number {
  const time = timeOf(parameters, name);
  if (time === undefined) throw invalid(name, 'cannot parse "" to a valid timestamp');
  return time;
}

/** A time in milliseconds from seconds since the epoch or RFC 3339. */
function timeOf(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name) ?? '';
  if (text === '') return undefined;
  const time = /^[+-]?\d+(\.\d*)?(e[+-]?\d+)?$/i.test(text)
    ? Math.round(Number(text) * 1000)
    : /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text)
      ? Date.parse(text)
      : Number.NaN;
  if (Number.isNaN(time) || Math.abs(time) > FAR_AHEAD)
    throw invalid(name, `cannot parse "${text}" to a valid timestamp`);
  return time;
}

function stepOf(parameters: URLSearchParams): number {
  const text = parameters.get('step') ?? '';
  const step = /^\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : parseDuration(text);
  if (step === undefined) throw invalid('step', `cannot parse "${text}" to a valid duration`);
  if (step <= 0) {
    throw invalid('step', 'zero or negative query resolution step widths are not accepted. Try a positive integer');
  }
  return step;
}

function invalid(parameter: string, problem: string): QueryError {
  return new QueryError('bad_data', `invalid parameter "${parameter}": ${problem}`);
}

function success(data: unknown, remarks: ReadonlySet<string> = new Set()): Answer {
  return json(200, { status: 'success', data, ...(remarks.size > 0 && { infos: [...remarks] }) });
}
