import { matchesEvery } from '../query/language/matcher.ts';
import { QueryError } from '../query/language/query-error.ts';
import type { LogQuery } from '../query/logql/expression.ts';
import { parseLogql } from '../query/logql/parse.ts';
import { buildLabelsKey, buildLabelsObject, filterLabels, type Labels } from '../store/labels.ts';
import type { Entry, LogStore, Stream } from '../store/logs.ts';
import { type Answer, answerJson } from './answer.ts';

/** Times in nanoseconds since the epoch; `end` is not part of it. */
export type LogRange = { readonly start: bigint; readonly end: bigint };

const DEFAULT_VOLUMES = 100;

/** `GET /series`: the labels of the streams with an entry in the range that any of the selectors matches; without one all. */
export function answerSeries(store: LogStore, selectors: readonly string[], range: LogRange): Answer {
  const parsed = selectors.map(parseSelector);
  const found = [...store.streams()].filter(
    ({ labels, entries }) =>
      (parsed.length === 0 || parsed.some(({ matchers }) => matchesEvery(matchers, labels))) &&
      entries.some((entry) => isWithin(entry, range)),
  );
  return answerJson(200, { status: 'success', data: found.map(({ labels }) => buildLabelsObject(labels)) });
}

/** `GET /index/stats`: how much a selector matches. The mock keeps a stream in one chunk. */
export function answerStats(store: LogStore, selector: string, range: LogRange): Answer {
  const found = findStreams(store, parseSelector(selector), range);
  const entries = found.flatMap(({ entries: held }) => held);
  const counts = { streams: found.length, chunks: found.length, bytes: sumBytes(entries), entries: entries.length };
  return answerJson(200, counts);
}

/**
 * `GET /index/volume`: the bytes that a selector matches, by the values of the target labels, the largest first; without
 * target labels by those that the selector names.
 */
export function answerVolume(store: LogStore, parameters: URLSearchParams, range: LogRange): Answer {
  const query = parseSelector(parameters.get('query') ?? '');
  const targets = (parameters.get('targetLabels') || query.matchers.map(({ name }) => name).join(',')).split(',');
  const volumes = new Map<string, { labels: Labels; bytes: number }>();
  for (const { labels, entries } of findStreams(store, query, range)) {
    const chosen = filterLabels(labels, (name) => targets.includes(name));
    if (chosen.length === 0) continue;
    const key = buildLabelsKey(chosen);
    const volume = volumes.get(key) ?? { labels: chosen, bytes: 0 };
    volume.bytes += sumBytes(entries);
    volumes.set(key, volume);
  }
  const limit = Number(parameters.get('limit')) || DEFAULT_VOLUMES;
  const largest = [...volumes.values()].sort((a, b) => b.bytes - a.bytes).slice(0, limit);
  const time = Number(range.end / 1_000_000n) / 1000;
  const result = largest.map(({ labels, bytes }) => ({
    metric: buildLabelsObject(labels),
    value: [time, String(bytes)],
  }));
  const stats = { summary: { totalEntriesReturned: result.length } };
  return answerJson(200, { status: 'success', data: { resultType: 'vector', result, stats } });
}

/** The index knows the labels of streams only. */
function parseSelector(selector: string): LogQuery {
  const query = parseLogql(selector);
  if (query.filters.length > 0) throw new QueryError('only label matchers are supported');
  return query;
}

function findStreams(store: LogStore, { matchers }: LogQuery, range: LogRange): Pick<Stream, 'labels' | 'entries'>[] {
  return [...store.streams()]
    .filter(({ labels }) => matchesEvery(matchers, labels))
    .map(({ labels, entries }) => ({ labels, entries: entries.filter((entry) => isWithin(entry, range)) }))
    .filter(({ entries }) => entries.length > 0);
}

function isWithin({ time }: Entry, { start, end }: LogRange): boolean {
  return time >= start && time < end;
}

function sumBytes(entries: readonly Entry[]): number {
  let bytes = 0;
  for (const { line, metadata } of entries) {
    bytes += Buffer.byteLength(line);
    for (const text of metadata) bytes += Buffer.byteLength(text);
  }
  return bytes;
}
