import type { Counters } from './counters.ts';
import type { LogStore } from './store/logs.ts';
import type { Memory, Signal } from './store/memory.ts';
import type { SeriesStore } from './store/series.ts';
import type { TraceStore } from './store/traces.ts';

/** The three stores of a mock Grafana Cloud, and what it counts and says of them. */
export type Backend = {
  readonly memory: Memory;
  readonly series: SeriesStore;
  readonly traces: TraceStore;
  readonly logs: LogStore;
  readonly counters: Counters;
  /** Tells the person at the terminal, one line. */
  readonly say: (line: string) => void;
};

/** Counts what arrived, and says when it is the first of its signal. */
export function noteArrival(backend: Backend, signal: Signal, count: number, where: string): void {
  if (count === 0) return;
  if (backend.counters.received[signal] === 0) backend.say(`first ${signal} arrived at ${where}`);
  backend.counters.received[signal] += count;
}
