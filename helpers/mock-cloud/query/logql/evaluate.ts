import type { Labels } from '../../store/labels.ts';
import { labelPairs, labelsFrom, labelsKey, labelValue } from '../../store/labels.ts';
import type { LogStore } from '../../store/logs.ts';
import { matchesAll } from '../language/matcher.ts';
import type { LabelFilter, LineFilter, LogQuery } from './expression.ts';

/** Lines with the same labels, index labels and structured metadata together. Times are nanoseconds since the epoch. */
export type FoundStream = {
  readonly labels: Labels;
  readonly lines: readonly { readonly time: bigint; readonly line: string }[];
};

/** Where and how much to look; [start, end) in nanoseconds since the epoch. */
export type Reach = {
  readonly start: bigint;
  readonly end: bigint;
  readonly limit: number;
  readonly forward: boolean;
};

/** The lines that a query finds, at most `limit`: the newest, newest first, or the oldest, oldest first. */
export function findLines(store: LogStore, { matchers, filters }: LogQuery, reach: Reach): FoundStream[] {
  const found: { labels: Labels; time: bigint; line: string }[] = [];
  for (const { labels: indexed, entries } of store.streams()) {
    if (!matchesAll(matchers, indexed)) continue;
    for (const { time, line, metadata } of entries) {
      if (time < reach.start || time >= reach.end) continue;
      const labels = labelsFrom([...labelPairs(metadata), ...labelPairs(indexed)]);
      if (filters.every((filter) => passes(filter, line, labels))) found.push({ labels, time, line });
    }
  }
  const order = reach.forward ? 1 : -1;
  found.sort((a, b) => (a.time === b.time ? 0 : a.time < b.time ? -order : order));
  const streams = Map.groupBy(found.slice(0, reach.limit), ({ labels }) => labelsKey(labels));
  return [...streams.values()].map((lines) => ({ labels: lines[0]?.labels ?? [], lines }));
}

function passes(filter: LabelFilter | LineFilter, line: string, labels: Labels): boolean {
  switch (filter.kind) {
    case 'line':
      return filter.passes(line);
    case 'label':
      return filter.matcher.matches(labelValue(labels, filter.matcher.name));
    case 'and':
      return passes(filter.left, line, labels) && passes(filter.right, line, labels);
    case 'or':
      return passes(filter.left, line, labels) || passes(filter.right, line, labels);
  }
}
