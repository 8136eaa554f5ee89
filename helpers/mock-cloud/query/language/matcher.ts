import { RE2JS } from 're2js';
import { getLabel, type Labels } from '../../store/labels.ts';

export const MATCH_OPERATORS = ['=', '!=', '=~', '!~'] as const;
export type MatchOperator = (typeof MATCH_OPERATORS)[number];

/** A condition on one label, as in PromQL and LogQL; a missing label has the empty value. */
export type Matcher = {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
  readonly matches: (value: string) => boolean;
};

/** A matcher. Its regular expression is RE2's and must match the whole value. Throws re2js's error if it is malformed. */
export function createMatcher(name: string, operator: MatchOperator, value: string): Matcher {
  return { name, operator, value, matches: compile() };

  function compile(): Matcher['matches'] {
    if (operator === '=') return (held) => held === value;
    if (operator === '!=') return (held) => held !== value;
    const expression = RE2JS.compile(`^(?s:${value})$`);
    return operator === '=~' ? (held) => expression.matches(held) : (held) => !expression.matches(held);
  }
}

/** Whether labels meet all conditions. */
export function matchesEvery(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every(({ name, matches }) => matches(getLabel(labels, name)));
}
