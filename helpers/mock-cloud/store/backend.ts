import { createDropReporter } from './drop-reporter.ts';
import { createLogStore, type LogStore } from './logs.ts';
import { createMemory, type Memory, SIGNALS, type Signal } from './memory.ts';
import { createSeriesStore, type SeriesStore } from './series.ts';
import { createTraceStore, type TraceStore } from './traces.ts';

/** The three stores of a mock Grafana Cloud, and what it counts and reports about them. */
export type Backend = {
  readonly memory: Memory;
  readonly series: SeriesStore;
  readonly traces: TraceStore;
  readonly logs: LogStore;
  readonly counters: Counters;
  /** Prints one line for the person at the terminal. */
  readonly say: (line: string) => void;
  /** The time against which the age of data is judged, in milliseconds since the epoch. */
  readonly now: () => number;
};

/** What the mock has counted since its start; `/metrics` shows it. */
export type Counters = {
  readonly received: Record<Signal, number>;
  /** Dropped to stay below the memory limit. */
  readonly dropped: Record<Signal, number>;
  droppedBytes: number;
  /** Samples and series that were not stored, by reason. */
  readonly discarded: Map<string, number>;
  /** HTTP answers, by service and status; the service `none` is the mock itself. */
  readonly requests: Map<`${string} ${number}`, number>;
  /** gRPC calls, by service and code; the code `none` is a call that ended before it could be answered. */
  readonly rpcs: Map<`${string} ${string}`, number>;
};

/** Creates empty stores that hold at most `memoryBytes` together. */
export function createBackend(memoryBytes: number, say: (line: string) => void, now: () => number): Backend {
  const counters: Counters = {
    received: { spans: 0, samples: 0, 'log records': 0 },
    dropped: { spans: 0, samples: 0, 'log records': 0 },
    droppedBytes: 0,
    discarded: new Map(),
    requests: new Map(),
    rpcs: new Map(),
  };
  const reportDrop = createDropReporter(say);
  const memory = createMemory(memoryBytes, (dropped) => {
    counters.droppedBytes += dropped.bytes;
    for (const signal of SIGNALS) counters.dropped[signal] += dropped.items[signal];
    reportDrop(dropped, now());
  });
  return {
    memory,
    series: createSeriesStore(memory),
    traces: createTraceStore(memory),
    logs: createLogStore(memory),
    counters,
    say,
    now,
  };
}

/** Counts received items, and reports the first ones of each signal. */
export function countReceived(backend: Backend, signal: Signal, items: number, where: string): void {
  if (items === 0) return;
  if (backend.counters.received[signal] === 0) backend.say(`first ${signal} arrived at ${where}`);
  backend.counters.received[signal] += items;
}

/** Increases one of the counts of a map. */
export function count<K>(counts: Map<K, number>, key: K, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
