import { parseDuration } from '../query/language/duration.ts';
import { NotEvaluatedError, QueryError } from '../query/language/query-error.ts';
import { type FoundStream, findLines } from '../query/logql/evaluate.ts';
import { parseLogql } from '../query/logql/parse.ts';
import { evaluateAt } from '../query/promql/evaluate.ts';
import { parsePromql } from '../query/promql/parse.ts';
import { buildLabelsObject, listLabelNames, listLabelValues } from '../store/labels.ts';
import type { LogStore } from '../store/logs.ts';
import { createMemory } from '../store/memory.ts';
import { createSeriesStore } from '../store/series.ts';
import { type Answer, answerJson, answerText } from './answer.ts';
import { BUILD_INFO } from './build-info.ts';
import { answerSeries, answerStats, answerVolume, type LogRange } from './loki-index.ts';
import { formatInstantData } from './prometheus-data.ts';

const DEFAULT_LIMIT = 100;
const MAX_LINES = 5000;
const NANOS_PER_MILLI = 1_000_000n;
const HOUR = 3_600_000n * NANOS_PER_MILLI;
const MAX_RANGE = 721n * HOUR;
/** What LogQL and PromQL share: arithmetic of `vector(number)`. */
const CONSTANT = /^\s*vector\(\d{1,9}\)(\s*[-+*/]\s*vector\(\d{1,9}\))*\s*$/;

/**
 * Answers a path of Loki's API below `/loki/api/v1/`: `query_range`, `query`, `labels`, `label/NAME/values`, `series`,
 * `index/stats`, `index/volume` and `status/buildinfo`; undefined for any other. `now` is in milliseconds; a query without
 * `start` and `end` covers the last hour, as in Loki.
 */
export function answerLoki(
  store: LogStore,
  path: string,
  parameters: URLSearchParams,
  now: number,
): Answer | undefined {
  try {
    if (path === 'query_range') return answerLines(store, parameters, now);
    if (path === 'query') return answerInstantQuery(parameters, now);
    if (path === 'status/buildinfo') return answerJson(200, BUILD_INFO);
    if (path === 'series') return answerSeries(store, parameters.getAll('match[]'), readRange(parameters, now));
    if (path === 'index/stats') return answerStats(store, parameters.get('query') ?? '', readRange(parameters, now));
    if (path === 'index/volume') return answerVolume(store, parameters, readRange(parameters, now));
    const label = /^label\/([^/]+)\/values$/.exec(path)?.[1];
    if (path !== 'labels' && path !== 'label' && label === undefined) return undefined;
    readRange(parameters, now);
    const streams = store.streams();
    return answerSuccess(
      label === undefined ? listLabelNames(streams) : listLabelValues(streams, decodeURIComponent(label)),
    );
  } catch (error) {
    if (error instanceof NotEvaluatedError) return answerText(501, error.message);
    if (error instanceof QueryError) return answerText(400, error.message);
    throw error;
  }
}

function answerLines(store: LogStore, parameters: URLSearchParams, now: number): Answer {
  const query = parseLogql(parameters.get('query') ?? '');
  const { start, end } = readRange(parameters, now);
  const direction = (parameters.get('direction') || 'backward').toLowerCase();
  if (direction !== 'forward' && direction !== 'backward') throw new QueryError(`invalid direction '${direction}'`);
  const limit = readLimit(parameters);
  return answerStreams(findLines(store, query, { start, end, limit, forward: direction === 'forward' }));
}

/** Answers constants, with which a Grafana tests a data source. Loki refuses log queries here, the mock metric queries. */
function answerInstantQuery(parameters: URLSearchParams, now: number): Answer {
  const query = parameters.get('query') ?? '';
  if (CONSTANT.test(query)) {
    const time = Number((readTime(parameters, 'time') ?? BigInt(now) * NANOS_PER_MILLI) / NANOS_PER_MILLI);
    const nothing = createSeriesStore(createMemory(0, () => {}));
    return answerSuccess(
      formatInstantData(
        evaluateAt(nothing, parsePromql(query), time, () => {}),
        time,
      ),
    );
  }
  parseLogql(query);
  throw new QueryError(
    'log queries are not supported as an instant query type, please change your query to a range query type',
  );
}

function answerStreams(found: readonly FoundStream[]): Answer {
  const result = found.map(({ labels, lines: held }) => ({
    stream: buildLabelsObject(labels),
    values: held.map(({ time, line }) => [String(time), line]),
  }));
  const returned = found.reduce((total, { lines: held }) => total + held.length, 0);
  return answerSuccess({ resultType: 'streams', result, stats: { summary: { totalEntriesReturned: returned } } });
}

function answerSuccess(data: unknown): Answer {
  return answerJson(200, { status: 'success', data });
}

function readLimit(parameters: URLSearchParams): number {
  const written = parameters.get('limit') || String(DEFAULT_LIMIT);
  if (!/^\d{1,9}$/.test(written) || Number(written) === 0) throw new QueryError('limit must be a positive value');
  if (Number(written) > MAX_LINES) {
    throw new QueryError(
      `max entries limit per query exceeded, limit > max_entries_limit_per_query (${written} > ${MAX_LINES})`,
    );
  }
  return Number(written);
}

function readRange(parameters: URLSearchParams, now: number): LogRange {
  const end = readTime(parameters, 'end') ?? BigInt(now) * NANOS_PER_MILLI;
  const start = readTime(parameters, 'start') ?? end - readSince(parameters);
  if (end < start) throw new QueryError('end timestamp must not be before or equal to start time');
  if (end - start > MAX_RANGE) {
    const length = formatDuration(Number((end - start) / NANOS_PER_MILLI) / 1000);
    throw new QueryError(`the query time range exceeds the limit (query length: ${length}, limit: 30d1h)`);
  }
  return { start, end };
}

/** As Go prints a duration: `721h0m1.5s`. */
function formatDuration(seconds: number): string {
  return `${Math.floor(seconds / 3600)}h${Math.floor((seconds % 3600) / 60)}m${Number((seconds % 60).toFixed(3))}s`;
}

function readSince(parameters: URLSearchParams): bigint {
  const written = parameters.get('since') || '';
  if (written === '') return HOUR;
  const since = parseDuration(written);
  if (since === undefined) throw new QueryError(`could not parse 'since' parameter: "${written}" is not a duration`);
  return BigInt(since) * NANOS_PER_MILLI;
}

/** Reads a time, nanoseconds or seconds (at most ten digits, or with a fraction) since the epoch or RFC 3339, into nanoseconds. */
function readTime(parameters: URLSearchParams, name: string): bigint | undefined {
  const written = parameters.get(name) || '';
  if (written === '') return undefined;
  if (/^\d{11,19}$/.test(written)) return BigInt(written);
  const milliseconds = /^\d{1,10}(\.\d+)?$/.test(written) ? Number(written) * 1000 : Date.parse(written);
  if (Number.isNaN(milliseconds))
    throw new QueryError(`could not parse '${name}' parameter: "${written}" is not a time`);
  return BigInt(Math.round(milliseconds * 1000)) * 1000n;
}
