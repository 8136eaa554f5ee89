import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { METRIC_NAME } from '../../store/labels.ts';
import { parseDuration } from '../language/duration.ts';
import { createMatcher, MATCH_OPERATORS, type Matcher, type MatchOperator } from '../language/matcher.ts';
import { NotEvaluatedError, QueryError } from '../language/query-error.ts';
import { findFirstFault, findPosition, listChildren } from '../language/syntax-tree.ts';
import { unquote } from '../language/unquote.ts';
import { AGGREGATES, type Expression, type LabelChoice, OPERATORS, type Selector } from './expression.ts';
import { parseNumber } from './numbers.ts';
import { checkTypes } from './types.ts';

/** The grammar rules that the mock does not evaluate, by the name that users know. */
const NOT_EVALUATED: Readonly<Record<string, string>> = {
  OffsetExpr: 'offset',
  StepInvariantExpr: 'the @ modifier',
  SubqueryExpr: 'subqueries',
  AnchoredExpr: 'the anchored modifier',
  SmoothedExpr: 'the smoothed modifier',
};

/**
 * Parses a PromQL query with Prometheus's own grammar. Throws {@link QueryError} with line and column if it is not valid
 * or its types don't fit, and if it uses a part of the language that the mock does not evaluate.
 */
export function parsePromql(query: string): Expression {
  const tree = parser.parse(query);
  const fail = (at: number, problem: string): never => {
    const { line, column } = findPosition(query, at);
    throw new QueryError(`${line}:${column}: parse error: ${problem}`);
  };
  if (query.trim() === '') fail(0, 'no expression found in input');
  const fault = findFirstFault(tree, query);
  if (fault !== undefined) {
    fail(fault.at, fault.found === '' ? 'unexpected end of input' : `unexpected "${fault.found}"`);
  }
  const root = tree.topNode.firstChild;
  if (root === null) return fail(0, 'no expression found in input');
  const expression = readExpression(root);
  checkTypes(expression, fail);
  return expression;

  function getText(node: SyntaxNode): string {
    return query.slice(node.from, node.to);
  }

  function readExpression(node: SyntaxNode): Expression {
    const feature = NOT_EVALUATED[node.name];
    if (feature !== undefined) throw new NotEvaluatedError(feature, 'Prometheus');
    const { from } = node;
    switch (node.name) {
      case 'ParenExpr':
        return readExpression(getOnlyChild(node));
      case 'NumberDurationLiteral':
        return { kind: 'number', value: readNumber(node), from };
      case 'StringLiteral':
        return { kind: 'string', value: readString(node), from };
      case 'VectorSelector':
        return readSelector(node);
      case 'MatrixSelector':
        return readRange(node);
      case 'UnaryExpr': {
        const operand = readExpression(getOnlyChild(node, 'UnaryOp'));
        return query[from] === '-' ? { kind: 'negate', operand, from } : operand;
      }
      case 'FunctionCall':
        return { kind: 'call', name: getText(getChild(node, 'FunctionIdentifier')), args: readArguments(node), from };
      case 'AggregateExpr':
        return readAggregate(node);
      case 'BinaryExpr':
        return readBinary(node);
      default:
        throw new NotEvaluatedError(`"${getText(node)}"`, 'Prometheus');
    }
  }

  function getChild(node: SyntaxNode, name: string): SyntaxNode {
    return node.getChild(name) ?? fail(node.from, `${name} expected`);
  }

  function getOnlyChild(node: SyntaxNode, except?: string): SyntaxNode {
    return listChildren(node).find(({ name }) => name !== except) ?? fail(node.from, 'expression expected');
  }

  function readNumber(node: SyntaxNode): number {
    const text = getText(node);
    const value = parseNumber(text) ?? fail(node.from, `bad number or duration syntax: "${text}"`);
    if (Number.isFinite(value) || /^[+-]?(?:inf|nan)$/i.test(text)) return value;
    return fail(node.from, `error parsing number: strconv.ParseFloat: parsing "${text}": value out of range`);
  }

  function readString(node: SyntaxNode): string {
    return unquote(getText(node)) ?? fail(node.from, `invalid syntax in string ${getText(node)}`);
  }

  function readArguments(node: SyntaxNode): Expression[] {
    return listChildren(getChild(node, 'FunctionCallBody')).map(readExpression);
  }

  function readRange(node: SyntaxNode): Expression {
    const selected = node.getChild('VectorSelector');
    if (selected === null) return fail(node.from, 'ranges only allowed for vector selectors');
    const selector = readSelector(selected);
    const written = getText(getChild(node, 'DurationExpr')).trim();
    const range = parseDuration(written) ?? parseSeconds(written);
    if (range === undefined) throw new NotEvaluatedError(`the duration "${written}"`, 'Prometheus');
    if (range <= 0) fail(node.from, 'duration must be greater than 0');
    return { kind: 'range', selector, range, from: node.from };
  }

  function parseSeconds(written: string): number | undefined {
    return /^\d+(\.\d+)?$/.test(written) ? Math.round(Number(written) * 1000) : undefined;
  }

  function readSelector(node: SyntaxNode): Selector {
    const matchers: Matcher[] = [];
    let metricName: string | undefined;
    const addMetricName = (name: string, at: number) => {
      if (metricName !== undefined) fail(at, `metric name must not be set twice: "${metricName}" or "${name}"`);
      metricName = name;
      matchers.push(createMatcher(METRIC_NAME, '=', name));
    };
    const identifier = node.getChild('Identifier');
    if (identifier !== null) addMetricName(getText(identifier), identifier.from);
    for (const held of listChildren(node)
      .filter(({ name }) => name === 'LabelMatchers')
      .flatMap(listChildren)) {
      if (held.name === 'QuotedLabelName') addMetricName(readString(getOnlyChild(held)), held.from);
      else matchers.push(readMatcher(held));
    }
    const second = matchers.slice(1).find(({ name }) => name === METRIC_NAME);
    if (metricName !== undefined && second !== undefined) {
      fail(node.from, `metric name must not be set twice: "${metricName}" or "${second.value}"`);
    }
    if (!matchers.some(({ matches }) => !matches(''))) {
      fail(node.from, 'vector selector must contain at least one non-empty matcher');
    }
    return { kind: 'selector', matchers, from: node.from };
  }

  function readMatcher(node: SyntaxNode): Matcher {
    const [nameNode, operatorNode, valueNode] = listChildren(node);
    if (nameNode === undefined || operatorNode === undefined || valueNode === undefined) {
      return fail(node.from, 'label matcher expected');
    }
    const name = nameNode.name === 'LabelName' ? getText(nameNode) : readString(getOnlyChild(nameNode));
    const operator = getText(operatorNode) as MatchOperator;
    if (!MATCH_OPERATORS.includes(operator)) return fail(operatorNode.from, `unexpected "${operator}"`);
    try {
      return createMatcher(name, operator, readString(valueNode));
    } catch (error) {
      if (error instanceof QueryError) throw error;
      return fail(valueNode.from, error instanceof Error ? error.message : String(error));
    }
  }

  function readAggregate(node: SyntaxNode): Expression {
    const written = getText(getChild(node, 'AggregateOp')).toLowerCase();
    const operator = AGGREGATES.find((known) => known === written);
    if (operator === undefined) throw new NotEvaluatedError(`the aggregation ${written}`, 'Prometheus');
    const modifier = node.getChild('AggregateModifier');
    const grouping: LabelChoice = {
      kept: modifier?.getChild('Without') == null,
      names: readLabelNames(modifier?.getChild('GroupingLabels')),
    };
    const [argument, ...more] = readArguments(node);
    if (argument === undefined || more.length > 0) {
      return fail(
        node.from,
        `wrong number of arguments for aggregate expression provided, expected 1, got ${more.length + Number(argument !== undefined)}`,
      );
    }
    return { kind: 'aggregate', operator, grouping, argument, from: node.from };
  }

  function readBinary(node: SyntaxNode): Expression {
    const [leftNode, operatorNode, ...rest] = listChildren(node);
    const rightNode = rest.at(-1);
    if (leftNode === undefined || operatorNode === undefined || rightNode === undefined) {
      return fail(node.from, 'binary expression expected');
    }
    const written = getText(operatorNode).toLowerCase();
    const operator = OPERATORS.find((known) => known === written);
    if (operator === undefined) throw new NotEvaluatedError(`the operator ${written}`, 'Prometheus');
    if (node.getChild('FillModifier') !== null) throw new NotEvaluatedError('fill modifiers', 'Prometheus');
    const clause = node.getChild('MatchingModifierClause');
    for (const modifier of ['GroupLeft', 'GroupRight']) {
      if (clause?.getChild(modifier) != null) throw new NotEvaluatedError('group_left and group_right', 'Prometheus');
    }
    const left = readExpression(leftNode);
    const binary = {
      kind: 'binary' as const,
      operator,
      bool: node.getChild('BoolModifier') !== null,
      matching: { kept: clause?.getChild('On') != null, names: readLabelNames(clause?.getChild('GroupingLabels')) },
      left,
      right: readExpression(rightNode),
      from: node.from,
    };
    // The grammar includes the sign in the number; in PromQL a power binds tighter than a sign.
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

  function readLabelNames(node: SyntaxNode | null | undefined): string[] {
    if (node == null) return [];
    return listChildren(node).map((name) =>
      name.name === 'LabelName' ? getText(name) : readString(getOnlyChild(name)),
    );
  }
}
