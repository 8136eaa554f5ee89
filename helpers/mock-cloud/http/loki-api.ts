import { parseDuration } from '../query/language/duration.ts';
import type { FoundStream } from '../query/logql/evaluate.ts';
import { findLines } from '../query/logql/evaluate.ts';
import { parseLogql } from '../query/logql/parse.ts';
import { LogqlError } from '../query/logql/query-error.ts';
import { labelPairs, labelsJson, labelValue } from '../store/labels.ts';
import type { LogStore } from '../store/logs.ts';
import type { Answer } from './answer.ts';
import { json, text } from './answer.ts';

const DEFAULT_LIMIT = 100;
const MOST_LINES = 5000;
const NANOS_PER_MILLI = 1_000_000n;
const HOUR = 3_600_000n * NANOS_PER_MILLI;

/**
 * Answers one path of Loki's API below `/loki/api/v1/`: `query_range`, `query`, `labels` and `label/NAME/values`;
 * undefined for any other. `now` is in milliseconds; without `start` and `end` a query looks at the last hour, as Loki does.
 */
export function answerLoki(
  store: LogStore,
  path: string,
  parameters: URLSearchParams,
  now: number,
): Answer | undefined {
  try {
    if (path === 'query_range') return lines(store, parameters, now);
    if (path === 'query') return instant(parameters);
    if (path === 'labels') return success(labelNames(store));
    const label = /^label\/([^/]+)\/values$/.exec(path)?.[1];
    return label === undefined ? undefined : success(labelValues(store, decodeURIComponent(label)));
  } catch (error) {
    if (error instanceof LogqlError) return text(400, error.message);
    throw error;
  }
}

function lines(store: LogStore, parameters: URLSearchParams, now: number): Answer {
  const query = parseLogql(parameters.get('query') ?? '');
  const end = timeOf(parameters, 'end') ?? BigInt(now) * NANOS_PER_MILLI;
  const start = timeOf(parameters, 'start') ?? end - sinceOf(parameters);
  if (end < start) throw new LogqlError('end timestamp must not be before or equal to start time');
  const direction = (parameters.get('direction') || 'backward').toLowerCase();
  if (direction !== 'forward' && direction !== 'backward') throw new LogqlError(`invalid direction '${direction}'`);
  const limit = limitOf(parameters);
  return streams(findLines(store, query, { start, end, limit, forward: direction === 'forward' }));
}

/** Loki refuses a log query here: only metric queries have a value at one time, and those the mock does not evaluate. */
function instant(parameters: URLSearchParams): Answer {
  parseLogql(parameters.get('query') ?? '');
  throw new LogqlError(
    'log queries are not supported as an instant query type, please change your query to a range query type',
  );
}

function streams(found: readonly FoundStream[]): Answer {
  const result = found.map(({ labels, lines: held }) => ({
    stream: labelsJson(labels),
    values: held.map(({ time, line }) => [String(time), line]),
  }));
  const returned = found.reduce((total, { lines: held }) => total + held.length, 0);
  return success({ resultType: 'streams', result, stats: { summary: { totalEntriesReturned: returned } } });
}

function labelNames(store: LogStore): string[] {
  return sortedUnique([...store.streams()].flatMap(({ labels }) => [...labelPairs(labels)].map(([name]) => name)));
}

function labelValues(store: LogStore, name: string): string[] {
  return sortedUnique(
    [...store.streams()].map(({ labels }) => labelValue(labels, name)).filter((value) => value !== ''),
  );
}

function sortedUnique(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort((a, b) => (a < b ? -1 : 1));
}

function success(data: unknown): Answer {
  return json(200, { status: 'success', data });
}

function limitOf(parameters: URLSearchParams): number {
  const written = parameters.get('limit') || String(DEFAULT_LIMIT);
  if (!/^\d{1,9}$/.test(written) || Number(written) === 0) throw new LogqlError('limit must be a positive value');
  if (Number(written) > MOST_LINES) {
    throw new LogqlError(
      `max entries limit per query exceeded, limit > max_entries_limit_per_query (${written} > ${MOST_LINES})`,
    );
  }
  return Number(written);
}

function sinceOf(parameters: URLSearchParams): bigint {
  const written = parameters.get('since') || '';
  if (written === '') return HOUR;
  const since = parseDuration(written);
  if (since === undefined) throw new LogqlError(`could not parse 'since' parameter: "${written}" is no duration`);
  return BigInt(since) * NANOS_PER_MILLI;
}

/** Nanoseconds since the epoch, from nanoseconds, seconds (at most ten digits, or with a fraction) or RFC 3339. */
function timeOf(parameters: URLSearchParams, name: string): bigint | undefined {
  const written = parameters.get(name) || '';
  if (written === '') return undefined;
  if (/^\d{11,19}$/.test(written)) return BigInt(written);
  const milliseconds = /^\d{1,10}(\.\d+)?$/.test(written) ? Number(written) * 1000 : Date.parse(written);
  if (Number.isNaN(milliseconds)) throw new LogqlError(`could not parse '${name}' parameter: "${written}" is no time`);
  return BigInt(Math.round(milliseconds * 1000)) * 1000n;
}
