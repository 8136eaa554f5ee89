import type { Static } from './static.ts';

export const COMPARISONS = ['=', '!=', '=~', '!~', '>', '>=', '<', '<='] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** The intrinsics that the mock knows, by the names they had first. */
export const INTRINSICS = [
  'name',
  'status',
  'statusMessage',
  'kind',
  'duration',
  'rootName',
  'rootServiceName',
  'traceDuration',
  'span:id',
  'trace:id',
] as const;
export type Intrinsic = (typeof INTRINSICS)[number];

/** A condition, or an operand of one. `any` is the leading dot: the span's attributes, then the resource's. */
export type Field =
  | { readonly kind: 'static'; readonly value: Static }
  | { readonly kind: 'attribute'; readonly scope: 'resource' | 'span' | 'any'; readonly name: string }
  | { readonly kind: 'intrinsic'; readonly name: Intrinsic }
  | ComparisonField
  | { readonly kind: 'and' | 'or'; readonly left: Field; readonly right: Field }
  | { readonly kind: 'not'; readonly operand: Field };
export type ComparisonField = {
  readonly kind: 'comparison';
  readonly operator: Comparison;
  readonly left: Field;
  readonly right: Field;
  /** For `=~` and `!~`: whether the text matches as a whole. */
  readonly pattern?: (text: string) => boolean;
};

/** A query: a filter on single spans, or two joined. `child` and `descendant` are those of the right side. */
export type Spansets =
  | { readonly kind: 'filter'; readonly condition: Field | undefined }
  | {
      readonly kind: 'and' | 'or' | 'child' | 'descendant';
      readonly left: Spansets;
      readonly right: Spansets;
    };

/** The filters of a query. */
export function filtersOf(query: Spansets): (Field | undefined)[] {
  return query.kind === 'filter' ? [query.condition] : [...filtersOf(query.left), ...filtersOf(query.right)];
}

/** The comparisons of a condition. */
export function comparisonsOf(field: Field | undefined): ComparisonField[] {
  switch (field?.kind) {
    case 'comparison':
      return [field];
    case 'and':
    case 'or':
      return [...comparisonsOf(field.left), ...comparisonsOf(field.right)];
    case 'not':
      return comparisonsOf(field.operand);
    default:
      return [];
  }
}
