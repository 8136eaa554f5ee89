/** What the stores hold, told apart for the counts of what was dropped. */
export type Signal = 'spans' | 'samples' | 'log records';

/** Data that arrived one after another, dropped together when they are the oldest. */
export type Generation = { readonly number: number; bytes: number };

/** A store whose oldest data can be dropped. */
export type Evictable = {
  readonly signal: Signal;
  /** Forgets what it holds of a generation and returns how many spans, samples or log records that were. */
  readonly drop: (generation: number) => number;
};

/** What was dropped to stay under the limit. */
export type Dropped = { readonly bytes: number; readonly items: Readonly<Record<Signal, number>> };

/**
 * The bytes that all stores hold together, never more than a limit: when they would be, the oldest generation is dropped
 * from every store, whichever signal it holds.
 */
export type Memory = {
  /** The generation that what arrives now belongs to. */
  readonly generation: () => number;
  /** Books bytes on the present generation, after the data are stored; drops the oldest generations where need be. */
  readonly charge: (bytes: number) => void;
  /** Moves bytes of what outlives the generation that is being dropped to the present one. */
  readonly retain: (bytes: number) => void;
  readonly bytes: () => number;
  readonly limit: number;
  readonly add: (store: Evictable) => void;
};

/** The share of the limit that a generation holds: what one drop frees. */
const GENERATIONS = 64;

/** An empty memory of `limit` bytes; `onDrop` hears of every drop. */
export function boundedMemory(limit: number, onDrop: (dropped: Dropped) => void): Memory {
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
