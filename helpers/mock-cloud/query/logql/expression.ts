import type { Matcher } from '../language/matcher.ts';

/** A stage of a pipeline that filters by labels, including structured metadata. */
export type LabelFilter =
  | { readonly kind: 'label'; readonly matcher: Matcher }
  | { readonly kind: 'and' | 'or'; readonly left: LabelFilter; readonly right: LabelFilter };
/** A stage of a pipeline that filters by the text of the line. */
export type LineFilter = { readonly kind: 'line'; readonly passes: (line: string) => boolean };

/** A log query: which streams, and which of their lines. */
export type LogQuery = {
  readonly matchers: readonly Matcher[];
  readonly filters: readonly (LabelFilter | LineFilter)[];
};
