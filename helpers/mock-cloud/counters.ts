import type { Service } from './auth/credentials.ts';
import type { Signal } from './store/memory.ts';

/** What the mock counts since its start; `/metrics` shows it. */
export type Counters = {
  readonly received: Record<Signal, number>;
  /** Dropped to stay under the memory limit. */
  readonly dropped: Record<Signal, number>;
  droppedBytes: number;
  /** Samples, spans and records that were not taken, by reason. */
  readonly discarded: Map<string, number>;
  /** Answers, by service and status. */
  readonly requests: Map<`${Service | 'none'} ${number}`, number>;
  /** Calls of the gRPC port, by service and code; `none` for one that ended before it could be answered. */
  readonly rpcs: Map<`${Service} ${string}`, number>;
};

/** All at zero. */
export function newCounters(): Counters {
  const zero = () => ({ spans: 0, samples: 0, 'log records': 0 });
  return {
    received: zero(),
    dropped: zero(),
    droppedBytes: 0,
    discarded: new Map(),
    requests: new Map(),
    rpcs: new Map(),
  };
}

/** Raises one of the counts of a map. */
export function count<K>(counts: Map<K, number>, key: K, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
