/** Lets a few work at a time, in the order they come. */
export type Line = {
  /**
   * Calls `onTurn` when there is a place, at once where there is one. Returns how to leave, from the line as from the
   * place; leaving twice is leaving once.
   */
  readonly enter: (onTurn: () => void) => () => void;
};

/** A line in front of `places` places. */
export function lineFor(places: number): Line {
  const waiting = new Set<() => void>();
  let free = places;
  return {
    enter(onTurn) {
      let state: 'waits' | 'works' | 'left' = 'waits';
      const begin = () => {
        state = 'works';
        onTurn();
      };
      if (free > 0) {
        free--;
        begin();
      } else {
        waiting.add(begin);
      }
      return () => {
        const was = state;
        state = 'left';
        if (was === 'waits') waiting.delete(begin);
        if (was !== 'works') return;
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
