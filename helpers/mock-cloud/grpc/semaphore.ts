/** Lets a limited number of callers work at a time, in the order of their arrival. */
export type Semaphore = {
  /**
   * Calls `onTurn` when there is a place: at once if one is free. Returns the function that gives up the place, or the
   * wait for it; calling that again does nothing.
   */
  readonly acquire: (onTurn: () => void) => () => void;
};

/** A semaphore with `places` places. */
export function createSemaphore(places: number): Semaphore {
  const waiting = new Set<() => void>();
  let free = places;
  return {
    acquire(onTurn) {
      let state: 'waiting' | 'working' | 'done' = 'waiting';
      const begin = () => {
        state = 'working';
        onTurn();
      };
      if (free > 0) {
        free--;
        begin();
      } else {
        waiting.add(begin);
      }
      return () => {
        const before = state;
        state = 'done';
        if (before === 'waiting') waiting.delete(begin);
        if (before !== 'working') return;
        const [next] = waiting;
        if (next === undefined) free++;
        else {
          waiting.delete(next);
          next();
        }
      };
    },
  };
}
