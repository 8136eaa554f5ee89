import { RE2JS } from 're2js';
import type { Labels } from '../../store/labels.ts';
import { labelValue } from '../../store/labels.ts';

export const MATCH_OPERATORS = ['=', '!=', '=~', '!~'] as const;
export type MatchOperator = (typeof MATCH_OPERATORS)[number];

/** A condition on one label, as PromQL and LogQL write it; a label that isn't there has the empty value. */
export type Matcher = {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
  readonly matches: (value: string) => boolean;
};

/** A matcher; its regular expression is RE2's and holds for the whole value. Throws re2js's error where it is none. */
export function matcher(name: string, operator: MatchOperator, value: string): Matcher {
  return { name, operator, value, matches: test() };

  function test(): Matcher['matches'] {
    if (operator === '=') return (held) => held === value;
    if (operator === '!=') return (held) => held !== value;
    const expression = RE2JS.compile(`^(?s:${value})$`);
    return operator === '=~' ? (held) => expression.matches(held) : (held) => !expression.matches(held);
  }
}

/** Whether labels meet every condition. */
export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every(({ name, matches }) => matches(labelValue(labels, name)));
}
