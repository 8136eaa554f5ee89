import type { Labels } from './labels.ts';
import { labelsKey, labelValue, METRIC_NAME } from './labels.ts';
import type { Evictable, Memory } from './memory.ts';
import type { Chunk } from './points.ts';
import { chunkBytes, emptyChunk, firstAfter, insertPoint, isStale, LONGEST_CHUNK, timeAt, valueAt } from './points.ts';

/** One series; what it holds of each generation is in chunks of its own. */
export type Series = { readonly labels: Labels; chunks: Chunk[]; readonly key: string; wireKey?: string };

/** What became of a sample. */
export type Appended = 'stored' | 'duplicate' | 'conflict' | 'too old';

/** All series, by their labels. */
export type SeriesStore = Evictable & {
  /** The series with these labels; where there is none, one that joins the store with its first sample. */
  readonly resolve: (labels: Labels) => Series;
  /** The series that was last told to have these bytes as its labels on the wire. */
  readonly byWireKey: (key: string) => Series | undefined;
  readonly rememberWireKey: (series: Series, key: string) => void;
  /**
   * Stores a sample; `stale` marks the end of the series, whatever the value. As in Grafana Cloud, a sample may be up to
   * two hours older than the newest of its series; one more at the same time is a duplicate, or a conflict where the
   * value differs.
   */
  readonly append: (series: Series, time: number, value: number, stale: boolean) => Appended;
  /** All series of a metric name, or all there are, in the order of their making. */
  readonly select: (metricName?: string) => Iterable<Series>;
  readonly size: () => number;
};

/** How much older than the newest sample of its series a sample may be, in milliseconds. */
export const OUT_OF_ORDER_WINDOW = 2 * 60 * 60 * 1000;

/** What a series costs beside its strings and samples, measured: the object, two map entries and the array headers. */
const BYTES_PER_SERIES = 640;
const BYTES_PER_CHUNK = 260;
/** Labels repeat from series to series: one string object serves all. Beyond this many they are not worth their keep. */
const MOST_INTERNED = 65_536;

/** An empty store whose data count against `memory`. */
export function seriesStore(memory: Memory): SeriesStore {
  const byLabels = new Map<string, Series>();
  const byWire = new Map<string, Series>();
  const byName = new Map<string, Set<Series>>();
  const inGeneration = new Map<number, Set<Series>>();
  const interned = new Map<string, string>();

  const store: SeriesStore = {
    signal: 'samples',
    resolve(labels) {
      const key = labelsKey(labels);
      return byLabels.get(key) ?? { labels: labels.map(intern), chunks: [], key };
    },
    byWireKey: (key) => byWire.get(key),
    rememberWireKey(series, key) {
      if (series.wireKey !== undefined) byWire.delete(series.wireKey);
      series.wireKey = key;
      if (series.chunks.length > 0) byWire.set(key, series);
    },
    append(series, time, value, stale) {
      const last = series.chunks.at(-1);
      if (last === undefined || last.length === 0 || time > timeAt(last, last.length - 1)) {
        put(series, chunkForNext(series), undefined, time, value, stale);
        return 'stored';
      }
      const newest = timeAt(last, last.length - 1);
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
        else if (gone.length > 0) memory.retain(seriesBytes(series));
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
    if (interned.size >= MOST_INTERNED) interned.clear();
    interned.set(text, text);
    return text;
  }

  function chunkForNext(series: Series): Chunk {
    const generation = memory.generation();
    const last = series.chunks.at(-1);
    if (last !== undefined && last.generation === generation && last.length < LONGEST_CHUNK) return last;
    const chunk = emptyChunk(generation);
    if (last === undefined) register(series);
    series.chunks.push(chunk);
    const together = inGeneration.get(generation) ?? new Set();
    inGeneration.set(generation, together.add(series));
    return chunk;
  }

  /** Stores and books what that costs: the growth of the chunk, and the series itself with its first sample. */
  function put(
    series: Series,
    chunk: Chunk,
    at: number | undefined,
    time: number,
    value: number,
    stale: boolean,
  ): void {
    const fresh = chunk.length === 0;
    const before = fresh ? 0 : chunkBytes(chunk);
    insertPoint(chunk, at ?? chunk.length, time, value, stale);
    const grown = chunkBytes(chunk) - before;
    if (grown === 0) return;
    const overhead = fresh ? BYTES_PER_CHUNK + (series.chunks.length === 1 ? seriesBytes(series) : 0) : 0;
    memory.charge(grown + overhead);
  }

  function appendOutOfOrder(series: Series, time: number, value: number, stale: boolean): Appended {
    const { chunks } = series;
    let index = chunks.findLastIndex((chunk) => timeAt(chunk, 0) <= time);
    if (index < 0) index = 0;
    const chunk = chunks[index];
    if (chunk === undefined) return 'too old';
    const at = firstAfter(chunk, time);
    if (at > 0 && timeAt(chunk, at - 1) === time) {
      const same = stale ? isStale(chunk, at - 1) : Object.is(valueAt(chunk, at - 1), value);
      return same ? 'duplicate' : 'conflict';
    }
    if (chunk.length < LONGEST_CHUNK) {
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
    if (second.length > 0) chunks.splice(index + 1, 0, second);
    put(series, chunk, at, time, value, stale);
    memory.charge(BYTES_PER_CHUNK);
    return 'stored';
  }

  function seriesBytes(series: Series): number {
    return BYTES_PER_SERIES + series.key.length + (series.wireKey?.length ?? 0) + series.labels.length * 8;
  }

  function register(series: Series): void {
    byLabels.set(series.key, series);
    if (series.wireKey !== undefined) byWire.set(series.wireKey, series);
    const name = labelValue(series.labels, METRIC_NAME);
    const named = byName.get(name) ?? new Set();
    byName.set(name, named.add(series));
  }

  function forget(series: Series): void {
    byLabels.delete(series.key);
    if (series.wireKey !== undefined && byWire.get(series.wireKey) === series) byWire.delete(series.wireKey);
    const name = labelValue(series.labels, METRIC_NAME);
    const named = byName.get(name);
    named?.delete(series);
    if (named?.size === 0) byName.delete(name);
  }
}
