import type { SeriesLabels } from '../../schema/capsules.ts';

/** Labels under construction, as relabelling changes them: a label without a value is no label. */
export type LabelBuilder = {
  /** Empty when there is no such label. */
  readonly get: (name: string) => string;
  /** Setting an empty value removes the label. */
  readonly set: (name: string, value: string) => void;
  /** The labels as they are now; changing them does not change what is returned. */
  readonly entries: () => readonly (readonly [name: string, value: string])[];
};

/** Starts from `initial`; empty values are left out. */
export function createLabelBuilder(initial: Iterable<readonly [string, string]>): LabelBuilder {
  const held = new Map<string, string>();
  for (const [name, value] of initial) {
    if (value !== '') {
      held.set(name, value);
    }
  }
  return {
    get: (name) => held.get(name) ?? '',
    set: (name, value) => {
      if (value === '') {
        held.delete(name);
      } else {
        held.set(name, value);
      }
    },
    entries: () => [...held],
  };
}

/** Sorts labels by name, byte by byte as Prometheus does; names are compared by code unit, which is the same for ASCII. */
export function sortLabels(entries: readonly (readonly [string, string])[]): SeriesLabels {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
