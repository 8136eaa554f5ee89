import type { Matcher } from '../language/matcher.ts';

export const NUMBER_COMPARISONS = ['=', '==', '!=', '>', '>=', '<', '<='] as const;
export type NumberComparison = (typeof NUMBER_COMPARISONS)[number];

/** A stage of a pipeline that filters by labels, including structured metadata. */
export type LabelFilter =
  | { readonly kind: 'text'; readonly name: string; readonly passes: (value: string) => boolean }
  | NumberFilter
  | { readonly kind: 'and' | 'or'; readonly left: LabelFilter; readonly right: LabelFilter };
/** Compares the value of a label as a number, as a duration in nanoseconds or as a size in bytes. */
export type NumberFilter = {
  readonly kind: 'number' | 'duration' | 'bytes';
  readonly name: string;
  readonly operator: NumberComparison;
  readonly value: number;
};
/** A stage of a pipeline that filters by the text of the line. */
export type LineFilter = { readonly kind: 'line'; readonly passes: (line: string) => boolean };

/** A log query: which streams, and which of their lines. */
export type LogQuery = {
  readonly matchers: readonly Matcher[];
  readonly filters: readonly (LabelFilter | LineFilter)[];
};
