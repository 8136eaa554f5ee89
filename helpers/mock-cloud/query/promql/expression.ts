import type { Matcher } from '../language/matcher.ts';

const COMPARISONS = ['==', '!=', '>', '<', '>=', '<='] as const;
const SET_OPERATORS = ['and', 'or', 'unless'] as const;
/** The binary operators that the mock evaluates. */
export const OPERATORS = [...COMPARISONS, '+', '-', '*', '/', '%', '^', 'atan2', ...SET_OPERATORS] as const;
/** The aggregations that the mock evaluates. */
export const AGGREGATES = ['sum', 'avg', 'count', 'min', 'max'] as const;

export type ComparisonOperator = (typeof COMPARISONS)[number];
export type SetOperator = (typeof SET_OPERATORS)[number];
export type BinaryOperator = (typeof OPERATORS)[number];
export type ArithmeticOperator = Exclude<BinaryOperator, ComparisonOperator | SetOperator>;
export type AggregateOperator = (typeof AGGREGATES)[number];
/** The labels by which two sides are matched or an aggregation groups: these names if `kept`, otherwise all but these. */
export type LabelChoice = { readonly kept: boolean; readonly names: readonly string[] };

/** `from` is the offset in the query, for messages. */
export type Selector = { readonly kind: 'selector'; readonly matchers: readonly Matcher[]; readonly from: number };
export type RangeSelector = {
  readonly kind: 'range';
  readonly selector: Selector;
  /** Milliseconds. */
  readonly range: number;
  readonly from: number;
};
export type Call = {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Expression[];
  readonly from: number;
};
export type Aggregate = {
  readonly kind: 'aggregate';
  readonly operator: AggregateOperator;
  readonly grouping: LabelChoice;
  readonly argument: Expression;
  readonly from: number;
};
export type Binary = {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly bool: boolean;
  readonly matching: LabelChoice;
  readonly left: Expression;
  readonly right: Expression;
  readonly from: number;
};
/** A query whose types were checked: every operand has a type that its operator accepts. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number; readonly from: number }
  | { readonly kind: 'string'; readonly value: string; readonly from: number }
  | { readonly kind: 'negate'; readonly operand: Expression; readonly from: number }
  | Selector
  | RangeSelector
  | Call
  | Aggregate
  | Binary;

/** The types of PromQL, as Prometheus's messages name them. */
export type ValueType = 'scalar' | 'string' | 'instant vector' | 'range vector';

/** Whether the result of an operator is true or false. */
export function isComparison(operator: BinaryOperator): operator is ComparisonOperator {
  return COMPARISONS.some((known) => known === operator);
}

/** Whether an operator joins two vectors by their labels alone. */
export function isSetOperator(operator: BinaryOperator): operator is SetOperator {
  return SET_OPERATORS.some((known) => known === operator);
}
