import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { METRIC_NAME } from '../../store/labels.ts';
import { parseDuration, parseNumber } from '../language/duration.ts';
import type { Matcher, MatchOperator } from '../language/matcher.ts';
import { MATCH_OPERATORS, matcher } from '../language/matcher.ts';
import { notEvaluated, QueryError } from '../language/query-error.ts';
import { childrenOf, firstFault, lineAndColumn } from '../language/syntax-tree.ts';
import { unquote } from '../language/unquote.ts';
import type { AggregateOperator, BinaryOperator, Expression, LabelChoice, Selector } from './expression.ts';
import { checkTypes } from './types.ts';

const AGGREGATES: readonly string[] = ['sum', 'avg', 'count', 'min', 'max'] satisfies AggregateOperator[];
const OPERATORS: readonly string[] = [
  ...(['==', '!=', '>', '<', '>=', '<='] satisfies BinaryOperator[]),
  ...(['+', '-', '*', '/', '%', '^', 'atan2', 'and', 'or', 'unless'] satisfies BinaryOperator[]),
];

/** Grammar rules that are PromQL but not the mock's, by the name that a person knows them by. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  OffsetExpr: 'offset',
  StepInvariantExpr: 'the @ modifier',
  SubqueryExpr: 'subqueries',
  AnchoredExpr: 'the anchored modifier',
  SmoothedExpr: 'the smoothed modifier',
};

/**
 * Reads a PromQL query with Prometheus's own grammar. Throws {@link QueryError} with line and column where it isn't one,
 * where its types don't fit, and where it uses a part of the language that the mock does not evaluate.
 */
export function parsePromql(query: string): Expression {
  const tree = parser.parse(query);
  const fail = (at: number, problem: string): never => {
    const { line, column } = lineAndColumn(query, at);
    throw new QueryError('bad_data', `${line}:${column}: parse error: ${problem}`);
  };
  if (query.trim() === '') fail(0, 'no expression found in input');
  const fault = firstFault(tree, query);
  if (fault !== undefined) {
    fail(fault.at, fault.found === '' ? 'unexpected end of input' : `unexpected "${fault.found}"`);
  }
  const root = tree.topNode.firstChild;
  if (root === null) return fail(0, 'no expression found in input');
  const expression = read(root);
  checkTypes(expression, fail);
  return expression;

  function textOf(node: SyntaxNode): string {
    return query.slice(node.from, node.to);
  }

  function read(node: SyntaxNode): Expression {
    const left = LEFT_OUT[node.name];
    if (left !== undefined) throw notEvaluated(left);
    const { from } = node;
    switch (node.name) {
      case 'ParenExpr':
        return read(only(node));
      case 'NumberDurationLiteral':
        return { kind: 'number', value: numberOf(node), from };
      case 'StringLiteral':
        return { kind: 'string', value: stringOf(node), from };
      case 'VectorSelector':
        return selectorOf(node);
      case 'MatrixSelector':
        return rangeOf(node);
      case 'UnaryExpr': {
        const operand = read(only(node, 'UnaryOp'));
        return query[from] === '-' ? { kind: 'negate', operand, from } : operand;
      }
      case 'FunctionCall':
        return { kind: 'call', name: textOf(first(node, 'FunctionIdentifier')), args: argumentsOf(node), from };
      case 'AggregateExpr':
        return aggregateOf(node);
      case 'BinaryExpr':
        return binaryOf(node);
      default:
        throw notEvaluated(`"${textOf(node)}"`);
    }
  }

  function first(node: SyntaxNode, name: string): SyntaxNode {
    return node.getChild(name) ?? fail(node.from, `${name} expected`);
  }

  function only(node: SyntaxNode, except?: string): SyntaxNode {
    return childrenOf(node).find(({ name }) => name !== except) ?? fail(node.from, 'expression expected');
  }

  function numberOf(node: SyntaxNode): number {
    return parseNumber(textOf(node)) ?? fail(node.from, `bad number or duration syntax: "${textOf(node)}"`);
  }

  function stringOf(node: SyntaxNode): string {
    return unquote(textOf(node)) ?? fail(node.from, `invalid syntax in string ${textOf(node)}`);
  }

  function argumentsOf(node: SyntaxNode): Expression[] {
    return childrenOf(first(node, 'FunctionCallBody')).map(read);
  }

  function rangeOf(node: SyntaxNode): Expression {
    const selected = node.getChild('VectorSelector');
    if (selected === null) return fail(node.from, 'ranges only allowed for vector selectors');
    const selector = selectorOf(selected);
    const written = textOf(first(node, 'DurationExpr')).trim();
    const range = parseDuration(written) ?? secondsOf(written);
    if (range === undefined) throw notEvaluated(`the duration "${written}"`);
    if (range <= 0) fail(node.from, 'duration must be greater than 0');
    return { kind: 'range', selector, range, from: node.from };
  }

  function secondsOf(written: string): number | undefined {
    return /^\d+(\.\d+)?$/.test(written) ? Math.round(Number(written) * 1000) : undefined;
  }

  function selectorOf(node: SyntaxNode): Selector {
    const matchers: Matcher[] = [];
    const nameIs = (name: string, at: number) => {
      const known = matchers.find((held) => held.name === METRIC_NAME && held.operator === '=');
      if (known !== undefined) fail(at, `metric name must not be set twice: "${known.value}" or "${name}"`);
      matchers.push(matcher(METRIC_NAME, '=', name));
    };
    const identifier = node.getChild('Identifier');
    if (identifier !== null) nameIs(textOf(identifier), identifier.from);
    for (const held of childrenOf(node)
      .filter(({ name }) => name === 'LabelMatchers')
      .flatMap(childrenOf)) {
      if (held.name === 'QuotedLabelName') nameIs(stringOf(only(held)), held.from);
      else {
        const read = matcherOf(held);
        if (read.name === METRIC_NAME && read.operator === '=') nameIs(read.value, held.from);
        else matchers.push(read);
      }
    }
    if (!matchers.some(({ matches }) => !matches(''))) {
      fail(node.from, 'vector selector must contain at least one non-empty matcher');
    }
    return { kind: 'selector', matchers, from: node.from };
  }

  function matcherOf(node: SyntaxNode): Matcher {
    const [nameNode, operatorNode, valueNode] = childrenOf(node);
    if (nameNode === undefined || operatorNode === undefined || valueNode === undefined) {
      return fail(node.from, 'label matcher expected');
    }
    const name = nameNode.name === 'LabelName' ? textOf(nameNode) : stringOf(only(nameNode));
    const operator = textOf(operatorNode) as MatchOperator;
    if (!MATCH_OPERATORS.includes(operator)) return fail(operatorNode.from, `unexpected "${operator}"`);
    try {
      return matcher(name, operator, stringOf(valueNode));
    } catch (error) {
      if (error instanceof QueryError) throw error;
      return fail(valueNode.from, error instanceof Error ? error.message : String(error));
    }
  }

  function aggregateOf(node: SyntaxNode): Expression {
    const operator = textOf(first(node, 'AggregateOp')).toLowerCase();
    if (!AGGREGATES.includes(operator)) throw notEvaluated(`the aggregation ${operator}`);
    const modifier = node.getChild('AggregateModifier');
    const grouping: LabelChoice = {
      kept: modifier?.getChild('Without') == null,
      names: labelNames(modifier?.getChild('GroupingLabels')),
    };
    const [argument, ...more] = argumentsOf(node);
    if (argument === undefined || more.length > 0) {
      return fail(
        node.from,
        `wrong number of arguments for aggregate expression provided, expected 1, got ${more.length + Number(argument !== undefined)}`,
      );
    }
    return { kind: 'aggregate', operator: operator as AggregateOperator, grouping, argument, from: node.from };
  }

  function binaryOf(node: SyntaxNode): Expression {
    const [leftNode, operatorNode, ...rest] = childrenOf(node);
    const rightNode = rest.at(-1);
    if (leftNode === undefined || operatorNode === undefined || rightNode === undefined) {
      return fail(node.from, 'binary expression expected');
    }
    const operator = textOf(operatorNode).toLowerCase();
    if (!OPERATORS.includes(operator)) throw notEvaluated(`the operator ${operator}`);
    if (node.getChild('FillModifier') !== null) throw notEvaluated('fill modifiers');
    const clause = node.getChild('MatchingModifierClause');
    for (const modifier of ['GroupLeft', 'GroupRight']) {
      if (clause?.getChild(modifier) != null) throw notEvaluated('group_left and group_right');
    }
    const left = read(leftNode);
    const binary = {
      kind: 'binary' as const,
      operator: operator as BinaryOperator,
      bool: node.getChild('BoolModifier') !== null,
      matching: { kept: clause?.getChild('On') != null, names: labelNames(clause?.getChild('GroupingLabels')) },
      left,
      right: read(rightNode),
      from: node.from,
    };
    // The grammar takes the sign into the number; in PromQL a power binds tighter than a sign.
    if (
      operator !== '^' ||
      leftNode.name !== 'NumberDurationLiteral' ||
      left.kind !== 'number' ||
      query[left.from] !== '-'
    ) {
      return binary;
    }
    return { kind: 'negate', operand: { ...binary, left: { ...left, value: -left.value } }, from: node.from };
  }

  function labelNames(node: SyntaxNode | null | undefined): string[] {
    if (node == null) return [];
    return childrenOf(node).map((name) => (name.name === 'LabelName' ? textOf(name) : stringOf(only(name))));
  }
}
