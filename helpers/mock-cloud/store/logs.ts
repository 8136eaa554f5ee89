import { buildLabelsKey, type Labels } from './labels.ts';
import type { Evictable, Memory } from './memory.ts';

/** One log line of a stream; `time` is in nanoseconds since the epoch. */
export type Entry = {
  readonly time: bigint;
  readonly line: string;
  readonly metadata: Labels;
  /** How often it arrived again, and was not stored again. */
  repeats?: number;
};

/** The entries with the same index labels, in the order of arrival; `newest` is the latest time of any that it has had. */
export type Stream = {
  readonly labels: Labels;
  readonly entries: Entry[];
  readonly generations: number[];
  readonly byTime: Map<bigint, Entry[]>;
  newest: bigint;
};

/** All streams, by their labels. */
export type LogStore = Evictable & {
  /** Stores entries. One with the time, line and metadata of another in its stream is kept once, as in Loki. */
  readonly add: (labels: Labels, entries: readonly Entry[]) => void;
  /** The stream with exactly these labels. */
  readonly find: (labels: Labels) => Stream | undefined;
  readonly streams: () => Iterable<Stream>;
};

/** What an entry and a stream take in addition to their strings, measured. */
const BYTES_PER_ENTRY = 320;
const BYTES_PER_STREAM = 700;
const BYTES_PER_STRING = 24;

/** An empty store whose data count towards `memory`. */
export function createLogStore(memory: Memory): LogStore {
  const streams = new Map<string, Stream>();
  const inGeneration = new Map<number, Set<Stream>>();

  const store: LogStore = {
    signal: 'log records',
    add(labels, entries) {
      for (const entry of entries) {
        const key = buildLabelsKey(labels);
        const known = streams.get(key);
        const stream: Stream = known ?? { labels, entries: [], generations: [], byTime: new Map(), newest: entry.time };
        const sameTime = stream.byTime.get(entry.time) ?? [];
        const same = sameTime.find((held) => isSameEntry(held, entry));
        if (same !== undefined) {
          same.repeats = (same.repeats ?? 0) + 1;
          continue;
        }
        sameTime.push(entry);
        stream.byTime.set(entry.time, sameTime);
        if (entry.time > stream.newest) stream.newest = entry.time;
        streams.set(key, stream);
        const generation = memory.generation();
        stream.entries.push(entry);
        stream.generations.push(generation);
        const group = inGeneration.get(generation) ?? new Set();
        inGeneration.set(generation, group.add(stream));
        memory.charge(estimateEntryBytes(entry) + (known === undefined ? estimateStreamBytes(key) : 0));
      }
    },
    find: (labels) => streams.get(buildLabelsKey(labels)),
    streams: () => streams.values(),
    drop(generation) {
      let dropped = 0;
      for (const stream of inGeneration.get(generation) ?? []) {
        const kept = stream.generations.findIndex((held) => held > generation);
        const gone = kept < 0 ? stream.entries.length : kept;
        for (const { time } of stream.entries.splice(0, gone)) {
          // The entries of a time are in the order of arrival, too.
          const sameTime = stream.byTime.get(time);
          sameTime?.shift();
          if (sameTime?.length === 0) stream.byTime.delete(time);
        }
        stream.generations.splice(0, gone);
        dropped += gone;
        const key = buildLabelsKey(stream.labels);
        if (stream.entries.length === 0) streams.delete(key);
        else if (gone > 0) memory.retain(estimateStreamBytes(key));
      }
      inGeneration.delete(generation);
      return dropped;
    },
  };
  memory.add(store);
  return store;
}

function isSameEntry(one: Entry, other: Entry): boolean {
  return one.line === other.line && buildLabelsKey(one.metadata) === buildLabelsKey(other.metadata);
}

function estimateStreamBytes(key: string): number {
  return BYTES_PER_STREAM + 2 * key.length;
}

function estimateEntryBytes(entry: Entry): number {
  let bytes = BYTES_PER_ENTRY + entry.line.length;
  for (const text of entry.metadata) bytes += BYTES_PER_STRING + text.length;
  return bytes;
}
