/** The kinds of items in the stores, as counts and lines name them. */
export const SIGNALS = ['spans', 'samples', 'log records'] as const;
export type Signal = (typeof SIGNALS)[number];

/** Data that arrived one after the other, and are dropped together when they are the oldest. */
type Generation = { readonly number: number; bytes: number };

/** A store whose oldest data can be dropped. */
export type Evictable = {
  readonly signal: Signal;
  /** Drops the data of a generation and returns the number of spans, samples or log records. */
  readonly drop: (generation: number) => number;
};

/** What was dropped to stay below the limit. */
export type Dropped = { readonly bytes: number; readonly items: Readonly<Record<Signal, number>> };

/**
 * The bytes that all stores hold together, never more than a limit: above it the oldest generation is dropped from every
 * store, whatever its signal.
 */
export type Memory = {
  /** The generation of the data that arrive now. */
  readonly generation: () => number;
  /** Adds bytes to the current generation after the data were stored; drops the oldest generations if necessary. */
  readonly charge: (bytes: number) => void;
  /** Adds bytes of a dropped generation that stay in use, such as the labels of a series, to the current one. */
  readonly retain: (bytes: number) => void;
  readonly bytes: () => number;
  readonly limit: number;
  readonly add: (store: Evictable) => void;
};

/** How many generations the limit is divided into: one drop frees one of these parts. */
const GENERATIONS = 64;

/** An empty memory of `limit` bytes; `onDrop` is called after every drop. */
export function createMemory(limit: number, onDrop: (dropped: Dropped) => void): Memory {
  const stores: Evictable[] = [];
  let current: Generation = { number: 0, bytes: 0 };
  const generations = [current];
  let total = 0;

  const charge = (bytes: number) => {
    current.bytes += bytes;
    total += bytes;
    if (current.bytes >= limit / GENERATIONS) {
      current = { number: current.number + 1, bytes: 0 };
      generations.push(current);
    }
    while (total > limit && generations.length > 1) dropOldest();
  };

  const dropOldest = () => {
    const oldest = generations.shift();
    if (oldest === undefined) return;
    const before = total;
    total -= oldest.bytes;
    const items: Record<Signal, number> = { spans: 0, samples: 0, 'log records': 0 };
    for (const store of stores) items[store.signal] += store.drop(oldest.number);
    onDrop({ bytes: before - total, items });
  };

  return {
    generation: () => current.number,
    charge,
    retain(bytes) {
      current.bytes += bytes;
      total += bytes;
    },
    bytes: () => total,
    limit,
    add: (store) => void stores.push(store),
  };
}
