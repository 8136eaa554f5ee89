import type { Matcher } from '../language/matcher.ts';

/** A stage of a pipeline: whether a line passes, from its text and all its labels by name. */
export type LabelFilter =
  | { readonly kind: 'label'; readonly matcher: Matcher }
  | { readonly kind: 'and' | 'or'; readonly left: LabelFilter; readonly right: LabelFilter };
export type LineFilter = { readonly kind: 'line'; readonly passes: (line: string) => boolean };

/** A log query: the streams, and what their lines must hold. */
export type LogQuery = {
  readonly matchers: readonly Matcher[];
  readonly filters: readonly (LabelFilter | LineFilter)[];
};
