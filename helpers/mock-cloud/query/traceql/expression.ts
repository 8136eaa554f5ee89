import type { Scalar, Static } from './static.ts';

export const COMPARISONS = ['=', '!=', '=~', '!~', '>', '>=', '<', '<='] as const;
export const CALCULATIONS = ['+', '-', '*', '/', '%', '^'] as const;
/** What comparisons of one attribute with several literals become. A query cannot write them. */
const LIST_COMPARISONS = ['in', 'not in', 'match any', 'match none'] as const;
export type BinaryOperator =
  | (typeof COMPARISONS)[number]
  | (typeof CALCULATIONS)[number]
  | (typeof LIST_COMPARISONS)[number]
  | '&&'
  | '||';
/** `exists` and `not exists` are the comparisons with a literal `nil`. */
export type UnaryOperator = '-' | '!' | 'exists' | 'not exists';

/** The intrinsics that the mock knows, by the names that Tempo answers with, and their types. */
export const INTRINSICS = {
  name: 'string',
  status: 'status',
  statusMessage: 'string',
  kind: 'kind',
  duration: 'duration',
  'span:childCount': 'int',
  rootName: 'string',
  rootServiceName: 'string',
  traceDuration: 'duration',
  nestedSetLeft: 'int',
  nestedSetRight: 'int',
  nestedSetParent: 'int',
  'span:id': 'string',
  'span:parentID': 'string',
  'trace:id': 'string',
} as const satisfies Record<string, Scalar['type']>;
export type IntrinsicName = keyof typeof INTRINSICS;

/** The scope `any` is the leading dot: the span's attributes, then the resource's. */
export type Attribute =
  | { readonly kind: 'attribute'; readonly scope: 'resource' | 'span' | 'any'; readonly name: string }
  | { readonly kind: 'attribute'; readonly scope: 'intrinsic'; readonly name: IntrinsicName };

/** A condition on a span, or an operand of one. */
export type Field = Attribute | StaticField | BinaryField | UnaryField;
export type StaticField = { readonly kind: 'static'; readonly value: Static };
export type BinaryField = {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Field;
  readonly right: Field;
};
export type UnaryField = { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Field };

export const SPANSET_OPERATORS = [
  '&&',
  '||',
  ...(['>', '<', '>>', '<<', '~'] as const),
  ...(['!>', '!<', '!>>', '!<<', '!~'] as const),
  ...(['&>', '&<', '&>>', '&<<', '&~'] as const),
] as const;
export type SpansetOperator = (typeof SPANSET_OPERATORS)[number];

/** A filter on single spans, or two of them combined. */
export type Spansets =
  | { readonly kind: 'filter'; readonly condition: Field }
  | {
      readonly kind: 'operation';
      readonly operator: SpansetOperator;
      readonly left: Spansets;
      readonly right: Spansets;
    };

/** The aggregates of a trace's spans. */
export const AGGREGATES = ['count', 'avg', 'min', 'max', 'sum'] as const;
export type AggregateName = (typeof AGGREGATES)[number];
/** A comparison of one number for all spans of a trace. `count` has no field. */
export type Aggregate = {
  readonly kind: 'aggregate';
  readonly name: AggregateName;
  readonly field: Field | undefined;
  readonly operator: BinaryOperator;
  readonly value: Static;
};
/** Attributes that the answer shows in addition. */
export type Select = { readonly kind: 'select'; readonly attributes: readonly Attribute[] };
export type Stage = Spansets | Aggregate | Select;

/** A query: stages of a pipeline, of which each filters what the one before has found. */
export type Query = readonly Stage[];

/** Whether a condition or operand depends on the span. */
export function readsSpan(field: Field): boolean {
  switch (field.kind) {
    case 'static':
      return false;
    case 'attribute':
      return true;
    case 'binary':
      return readsSpan(field.left) || readsSpan(field.right);
    case 'unary':
      return readsSpan(field.operand);
  }
}

/** Whether the result of a binary operator is true or false. */
export function isBooleanOperator(operator: BinaryOperator): boolean {
  return !CALCULATIONS.some((calculation) => calculation === operator);
}
