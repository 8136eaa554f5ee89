import type { Matcher } from '../language/matcher.ts';

export type ComparisonOperator = '==' | '!=' | '>' | '<' | '>=' | '<=';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^' | 'atan2';
export type SetOperator = 'and' | 'or' | 'unless';
export type BinaryOperator = ComparisonOperator | ArithmeticOperator | SetOperator;
export type AggregateOperator = 'sum' | 'avg' | 'count' | 'min' | 'max';
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

export function isComparison(operator: BinaryOperator): operator is ComparisonOperator {
  return ['==', '!=', '>', '<', '>=', '<='].includes(operator);
}

export function isSetOperator(operator: BinaryOperator): operator is SetOperator {
  return ['and', 'or', 'unless'].includes(operator);
}
