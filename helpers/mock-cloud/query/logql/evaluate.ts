import { buildLabels, buildLabelsKey, getLabel, type Labels, listLabels } from '../../store/labels.ts';
import type { LogStore } from '../../store/logs.ts';
import { matchesEvery } from '../language/matcher.ts';
import type { LabelFilter, LineFilter, LogQuery } from './expression.ts';

/** Lines with the same labels, including structured metadata. Times are nanoseconds since the epoch. */
export type FoundStream = {
  readonly labels: Labels;
  readonly lines: readonly { readonly time: bigint; readonly line: string }[];
};

/** Which lines to return: [start, end) in nanoseconds since the epoch, and how many. */
export type LineRange = {
  readonly start: bigint;
  readonly end: bigint;
  readonly limit: number;
  readonly forward: boolean;
};

/** The matching lines, at most `limit`: the newest first, or the oldest first if `forward`. */
export function findLines(store: LogStore, { matchers, filters }: LogQuery, range: LineRange): FoundStream[] {
  const found: { labels: Labels; time: bigint; line: string }[] = [];
  for (const { labels: indexed, entries } of store.streams()) {
    if (!matchesEvery(matchers, indexed)) continue;
    for (const { time, line, metadata } of entries) {
      if (time < range.start || time >= range.end) continue;
      const labels = buildLabels([...listLabels(metadata), ...listLabels(indexed)]);
      if (filters.every((filter) => passes(filter, line, labels))) found.push({ labels, time, line });
    }
  }
  const order = range.forward ? 1 : -1;
  found.sort((a, b) => (a.time === b.time ? 0 : a.time < b.time ? -order : order));
  const streams = Map.groupBy(found.slice(0, range.limit), ({ labels }) => buildLabelsKey(labels));
  return [...streams.values()].map((lines) => ({ labels: lines[0]?.labels ?? [], lines }));
}

function passes(filter: LabelFilter | LineFilter, line: string, labels: Labels): boolean {
  switch (filter.kind) {
    case 'line':
      return filter.passes(line);
    case 'label':
      return filter.matcher.matches(getLabel(labels, filter.matcher.name));
    case 'and':
      return passes(filter.left, line, labels) && passes(filter.right, line, labels);
    case 'or':
      return passes(filter.left, line, labels) || passes(filter.right, line, labels);
  }
}
