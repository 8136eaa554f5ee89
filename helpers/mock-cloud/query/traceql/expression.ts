import type { Static } from './static.ts';

export const COMPARISONS = ['=', '!=', '=~', '!~', '>', '>=', '<', '<='] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** The intrinsics that the mock knows, by their original names. */
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

/** A condition, or an operand of one. The scope `any` is the leading dot: the span's attributes, then the resource's. */
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
  /** For `=~` and `!~`: whether the whole text matches. */
  readonly pattern?: (text: string) => boolean;
};

/** A query: a filter on single spans, or two queries combined. `child` and `descendant` find spans of the right side. */
export type Spansets =
  | { readonly kind: 'filter'; readonly condition: Field | undefined }
  | {
      readonly kind: 'and' | 'or' | 'child' | 'descendant';
      readonly left: Spansets;
      readonly right: Spansets;
    };

/** The filters of a query. */
export function listFilters(query: Spansets): (Field | undefined)[] {
  return query.kind === 'filter' ? [query.condition] : [...listFilters(query.left), ...listFilters(query.right)];
}

/** The comparisons of a condition. */
export function listComparisons(field: Field | undefined): ComparisonField[] {
  switch (field?.kind) {
    case 'comparison':
      return [field];
    case 'and':
    case 'or':
      return [...listComparisons(field.left), ...listComparisons(field.right)];
    case 'not':
      return listComparisons(field.operand);
    default:
      return [];
  }
}
