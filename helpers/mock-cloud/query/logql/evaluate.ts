import { buildLabels, buildLabelsKey, getLabel, type Labels, listLabels } from '../../store/labels.ts';
import type { LogStore } from '../../store/logs.ts';
import { matchesEvery } from '../language/matcher.ts';
import type { LabelFilter, LineFilter, LogQuery, NumberFilter } from './expression.ts';
import { type Malformed, parseFloatStrictly, parseGoDuration, parseSize } from './quantity.ts';

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
      const labels = applyFilters(filters, line, [...listLabels(metadata), ...listLabels(indexed)]);
      if (labels !== undefined) found.push({ labels, time, line });
    }
  }
  const order = range.forward ? 1 : -1;
  found.sort((a, b) => (a.time === b.time ? 0 : a.time < b.time ? -order : order));
  const streams = Map.groupBy(found.slice(0, range.limit), ({ labels }) => buildLabelsKey(labels));
  return [...streams.values()].map((lines) => ({ labels: lines[0]?.labels ?? [], lines }));
}

/** The labels of a line that passes all filters, with the first error of a comparison; undefined for one that does not. */
function applyFilters(
  filters: LogQuery['filters'],
  line: string,
  pairs: readonly (readonly [name: string, value: string])[],
): Labels | undefined {
  const labels = buildLabels(pairs);
  let error: string | undefined;
  if (!filters.every(passes)) return undefined;
  if (error === undefined) return labels;
  return buildLabels([...pairs, ['__error__', 'LabelFilterErr'], ['__error_details__', error]]);

  function passes(filter: LabelFilter | LineFilter): boolean {
    switch (filter.kind) {
      case 'line':
        return filter.passes(line);
      case 'text':
        return filter.passes(getValue(filter.name));
      // Both sides are evaluated: an error of either counts.
      case 'and': {
        const isLeft = passes(filter.left);
        return passes(filter.right) && isLeft;
      }
      case 'or':
        return passes(filter.left) || passes(filter.right);
      default:
        return passesNumber(filter);
    }
  }

  function getValue(name: string): string {
    if (name === '__error__') return error === undefined ? '' : 'LabelFilterErr';
    return name === '__error_details__' ? (error ?? '') : getLabel(labels, name);
  }

  /** A line without the label fails; one whose label is not a number passes, with the error in a label of its own. */
  function passesNumber(filter: NumberFilter): boolean {
    const text = getLabel(labels, filter.name);
    if (text === '') return false;
    const value = PARSERS[filter.kind](text);
    if (typeof value === 'number') return compareNumbers(filter, value);
    error ??= value.problem;
    return true;
  }
}

const PARSERS: Readonly<Record<NumberFilter['kind'], (text: string) => number | Malformed>> = {
  number: parseFloatStrictly,
  duration: parseGoDuration,
  bytes: parseSize,
};

function compareNumbers({ operator, value: wanted }: NumberFilter, value: number): boolean {
  switch (operator) {
    case '=':
    case '==':
      return value === wanted;
    case '!=':
      return value !== wanted;
    case '>':
      return value > wanted;
    case '>=':
      return value >= wanted;
    case '<':
      return value < wanted;
    case '<=':
      return value <= wanted;
  }
}
