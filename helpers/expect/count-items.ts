import type { Arrival } from '../findings/evidence.ts';

/** Items by a text that tells each from all others. */
type Keyed<T> = readonly (readonly [key: string, item: T])[];

/** What was emitted and what a backend has, by the same keys. */
type Counted<E, F> = {
  readonly emitted: Keyed<E>;
  readonly found: Keyed<F>;
  /** The keys of what the backend got again, and kept once. */
  readonly again?: readonly string[];
  /** In what an item that was found differs from the one that was emitted. */
  readonly compare?: (emitted: E, found: F) => readonly string[];
};

/** Of nothing, nothing arrived. */
export const NONE_SENT: Arrival = { emitted: 0, arrived: 0, twice: 0 };

/** How many of the emitted items a backend has, how many of them twice, and how many otherwise than they were sent. */
export function countItems<E, F>({ emitted, found, again = [], compare = () => [] }: Counted<E, F>): Arrival {
  const items = new Map(emitted);
  const held = Map.groupBy(found, ([key]) => key);
  const differences = [...items].flatMap(([key, item]) => {
    const [first] = held.get(key) ?? [];
    const different = first === undefined ? [] : compare(item, first[1]);
    return different.length === 0 ? [] : [different];
  });
  const keys = [...items.keys()];
  return {
    emitted: items.size,
    arrived: keys.filter((key) => held.has(key)).length,
    twice: keys.filter((key) => (held.get(key)?.length ?? 0) > 1 || again.includes(key)).length,
    ...(differences.length > 0 && {
      changed: { count: differences.length, in: [...new Set(differences.flat())] },
    }),
  };
}
