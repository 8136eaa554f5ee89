import { buildLabelsKey, getLabel, type Labels, METRIC_NAME } from './labels.ts';
import type { Evictable, Memory } from './memory.ts';
import {
  type Chunk,
  createChunk,
  findFirstAfter,
  getTime,
  getValue,
  insertPoint,
  isStale,
  MAX_CHUNK_LENGTH,
  measureChunk,
} from './points.ts';

/** One series. A chunk holds samples of one generation only. */
export type Series = {
  readonly labels: Labels;
  chunks: Chunk[];
  readonly key: string;
  wireKey?: string;
  /** How many of its samples arrived again, with the same time and value. */
  repeats?: number;
};

/** What happened to a sample. */
export type AppendOutcome = 'stored' | 'duplicate' | 'conflict' | 'too old';

/** All series, by their labels. */
export type SeriesStore = Evictable & {
  /** The series with these labels; a new one joins the store with its first sample. */
  readonly resolve: (labels: Labels) => Series;
  /** The series that was last remembered with these bytes as its labels on the wire. */
  readonly findByWireKey: (key: string) => Series | undefined;
  readonly rememberWireKey: (series: Series, key: string) => void;
  /**
   * Stores a sample; `stale` marks the end of the series, whatever the value. As in Grafana Cloud, a sample may be up to
   * two hours older than the newest of its series. A second one with the same time is a duplicate, or a conflict if its
   * value differs.
   */
  readonly append: (series: Series, time: number, value: number, stale: boolean) => AppendOutcome;
  /** The series of a metric name, or all series, in the order of their creation. */
  readonly select: (metricName?: string) => Iterable<Series>;
  readonly size: () => number;
};

/** How much older than the newest sample of its series a sample may be, in milliseconds. */
export const OUT_OF_ORDER_WINDOW = 2 * 60 * 60 * 1000;

/** What a series takes in addition to its strings and samples, measured: the object, two map entries, the array headers. */
const BYTES_PER_SERIES = 640;
const BYTES_PER_CHUNK = 260;
/** Labels repeat from series to series and share one string object. More than this many are not worth remembering. */
const MAX_INTERNED = 65_536;

/** An empty store whose data count towards `memory`. */
export function createSeriesStore(memory: Memory): SeriesStore {
  const byLabels = new Map<string, Series>();
  const byWire = new Map<string, Series>();
  const byName = new Map<string, Set<Series>>();
  const inGeneration = new Map<number, Set<Series>>();
  const interned = new Map<string, string>();

  const store: SeriesStore = {
    signal: 'samples',
    resolve(labels) {
      const key = buildLabelsKey(labels);
      return byLabels.get(key) ?? { labels: labels.map(intern), chunks: [], key };
    },
    findByWireKey: (key) => byWire.get(key),
    rememberWireKey(series, key) {
      if (series.wireKey !== undefined) byWire.delete(series.wireKey);
      series.wireKey = key;
      if (series.chunks.length > 0) byWire.set(key, series);
    },
    append(series, time, value, stale) {
      const last = series.chunks.at(-1);
      if (last === undefined || last.length === 0 || time > getTime(last, last.length - 1)) {
        put(series, openChunk(series), undefined, time, value, stale);
        return 'stored';
      }
      const newest = getTime(last, last.length - 1);
      if (time < newest - OUT_OF_ORDER_WINDOW) return 'too old';
      return appendOutOfOrder(series, time, value, stale);
    },
    select: (metricName) =>
      metricName === undefined ? byLabels.values() : (byName.get(metricName)?.values() ?? [].values()),
    size: () => byLabels.size,
    drop(generation) {
      let dropped = 0;
      for (const series of inGeneration.get(generation) ?? []) {
        const gone = series.chunks.filter((chunk) => chunk.generation <= generation);
        for (const chunk of gone) dropped += chunk.length;
        series.chunks = series.chunks.filter((chunk) => chunk.generation > generation);
        if (series.chunks.length === 0) forget(series);
        else if (gone.length > 0) memory.retain(estimateSeriesBytes(series));
      }
      inGeneration.delete(generation);
      return dropped;
    },
  };
  memory.add(store);
  return store;

  function intern(text: string): string {
    const known = interned.get(text);
    if (known !== undefined) return known;
    if (interned.size >= MAX_INTERNED) interned.clear();
    interned.set(text, text);
    return text;
  }

  function openChunk(series: Series): Chunk {
    const generation = memory.generation();
    const last = series.chunks.at(-1);
    if (last !== undefined && last.generation === generation && last.length < MAX_CHUNK_LENGTH) return last;
    const chunk = createChunk(generation);
    if (last === undefined) register(series);
    series.chunks.push(chunk);
    const group = inGeneration.get(generation) ?? new Set();
    inGeneration.set(generation, group.add(series));
    return chunk;
  }

  /** Stores a sample and charges its memory: the growth of the chunk, and the series itself with its first sample. */
  function put(
    series: Series,
    chunk: Chunk,
    at: number | undefined,
    time: number,
    value: number,
    stale: boolean,
  ): void {
    const isNew = chunk.length === 0;
    const before = isNew ? 0 : measureChunk(chunk);
    insertPoint(chunk, at ?? chunk.length, time, value, stale);
    const grown = measureChunk(chunk) - before;
    if (grown === 0) return;
    const overhead = isNew ? BYTES_PER_CHUNK + (series.chunks.length === 1 ? estimateSeriesBytes(series) : 0) : 0;
    memory.charge(grown + overhead);
  }

  function appendOutOfOrder(series: Series, time: number, value: number, stale: boolean): AppendOutcome {
    const { chunks } = series;
    // One that ends before the sample may be full, and has no place for it then.
    const index = chunks.findLastIndex((chunk) => getTime(chunk, chunk.length - 1) < time) + 1;
    const chunk = chunks[index];
    if (chunk === undefined) return 'too old';
    const at = findFirstAfter(chunk, time);
    if (at > 0 && getTime(chunk, at - 1) === time) {
      const isSame = stale ? isStale(chunk, at - 1) : Object.is(getValue(chunk, at - 1), value);
      if (isSame) series.repeats = (series.repeats ?? 0) + 1;
      return isSame ? 'duplicate' : 'conflict';
    }
    if (chunk.length < MAX_CHUNK_LENGTH) {
      put(series, chunk, at, time, value, stale);
      return 'stored';
    }
    const second: Chunk = {
      generation: chunk.generation,
      points: chunk.points.slice(at * 2),
      length: chunk.length - at,
    };
    chunk.points = chunk.points.slice(0, at * 2 + 2);
    chunk.length = at;
    chunks.splice(index + 1, 0, second);
    put(series, chunk, at, time, value, stale);
    memory.charge(BYTES_PER_CHUNK);
    return 'stored';
  }

  function estimateSeriesBytes(series: Series): number {
    return BYTES_PER_SERIES + series.key.length + (series.wireKey?.length ?? 0) + series.labels.length * 8;
  }

  function register(series: Series): void {
    byLabels.set(series.key, series);
    if (series.wireKey !== undefined) byWire.set(series.wireKey, series);
    const name = getLabel(series.labels, METRIC_NAME);
    const named = byName.get(name) ?? new Set();
    byName.set(name, named.add(series));
  }

  function forget(series: Series): void {
    byLabels.delete(series.key);
    if (series.wireKey !== undefined && byWire.get(series.wireKey) === series) byWire.delete(series.wireKey);
    const name = getLabel(series.labels, METRIC_NAME);
    const named = byName.get(name);
    named?.delete(series);
    if (named?.size === 0) byName.delete(name);
  }
}
