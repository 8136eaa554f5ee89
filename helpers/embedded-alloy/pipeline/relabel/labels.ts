import type { SeriesLabels } from '../../schema/capsules.ts';

/** Labels while relabelling changes them. A label with an empty value does not exist. */
export type LabelBuilder = {
  /** Empty if there is no such label. */
  readonly get: (name: string) => string;
  /** Setting an empty value removes the label. */
  readonly set: (name: string, value: string) => void;
  /** A snapshot of the labels. */
  readonly entries: () => readonly (readonly [name: string, value: string])[];
};

/** Creates a builder from `initial`, without empty values. */
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

/** Sorts labels by name. Prometheus compares bytes; comparing code units is the same for ASCII. */
export function sortLabels(entries: readonly (readonly [string, string])[]): SeriesLabels {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
