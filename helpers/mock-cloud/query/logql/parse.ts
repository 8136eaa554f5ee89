import { parser } from '@grafana/lezer-logql';
import type { SyntaxNode } from '@lezer/common';
import { RE2JS } from 're2js';
import type { Matcher, MatchOperator } from '../language/matcher.ts';
import { MATCH_OPERATORS, matcher } from '../language/matcher.ts';
import { childrenOf, firstFault, lineAndColumn } from '../language/syntax-tree.ts';
import { unquote } from '../language/unquote.ts';
import type { LabelFilter, LineFilter, LogQuery } from './expression.ts';
import { LogqlError, notEvaluated } from './query-error.ts';

/**
 * Reads a LogQL query with Grafana's own grammar: a stream selector, line filters and label filters. Throws
 * {@link LogqlError} with line and column where it isn't one, and where it uses a part of the language that the mock does
 * not evaluate.
 */
export function parseLogql(query: string): LogQuery {
  const tree = parser.parse(query);
  const fail = (at: number, problem: string): never => {
    const { line, column } = lineAndColumn(query, at);
    throw new LogqlError(`parse error at line ${line}, col ${column}: ${problem}`);
  };
  const fault = firstFault(tree, query);
  if (fault !== undefined) {
    fail(fault.at, `syntax error: unexpected ${fault.found === '' ? '$end' : JSON.stringify(fault.found)}`);
  }
  const log = tree.topNode.firstChild?.getChild('LogExpr') ?? tree.topNode.getChild('LogExpr');
  if (log == null)
    throw query.trim() === ''
      ? new LogqlError('parse error : syntax error: unexpected $end')
      : notEvaluated('metric queries');
  const selector = log.getChild('Selector') ?? fail(log.from, 'a stream selector was expected');
  const matchers = nodesNamed('Matcher', selector).map(matcherOf);
  if (!matchers.some(({ matches }) => !matches(''))) {
    fail(
      selector.from,
      'queries require at least one regexp or equality matcher that does not have an empty-compatible value',
    );
  }
  const pipeline = log.getChild('PipelineExpr');
  return { matchers, filters: pipeline === null ? [] : nodesNamed('PipelineStage', pipeline).flatMap(stage) };

  function textOf(node: SyntaxNode): string {
    return query.slice(node.from, node.to);
  }

  /** The outermost nodes of a name, in the order of the query. */
  function nodesNamed(name: string, under: SyntaxNode): SyntaxNode[] {
    return childrenOf(under).flatMap((node) => (node.name === name ? [node] : nodesNamed(name, node)));
  }

  function matcherOf(node: SyntaxNode): Matcher {
    const [name, operator, value] = childrenOf(node);
    if (name === undefined || operator === undefined || value === undefined)
      return fail(node.from, 'a matcher was expected');
    const written = textOf(operator) as MatchOperator;
    if (!MATCH_OPERATORS.includes(written)) return fail(operator.from, `syntax error: unexpected ${written}`);
    return withRegexFaults(value.from, () => matcher(textOf(name), written, stringOf(value)));
  }

  function stage(node: SyntaxNode): (LabelFilter | LineFilter)[] {
    const lines = node.getChild('LineFilters');
    if (lines !== null) return nodesNamed('LineFilter', lines).map(lineFilter);
    const labels = node.getChild('LabelFilter');
    if (labels === null) throw notEvaluated(`"${textOf(node)}"`);
    return [labelFilter(labels)];
  }

  function labelFilter(node: SyntaxNode): LabelFilter {
    const children = childrenOf(node);
    const [first] = children;
    if (children.length === 1 && first?.name === 'Matcher') return { kind: 'label', matcher: matcherOf(first) };
    if (children.length === 1 && first?.name === 'LabelFilter') return labelFilter(first);
    const sides = children.filter(({ name }) => name === 'LabelFilter');
    const [left, right] = sides;
    if (left === undefined || right === undefined) throw notEvaluated(`the label filter "${textOf(node)}"`);
    const kind = node.getChild('Or') === null ? 'and' : 'or';
    return { kind, left: labelFilter(left), right: labelFilter(right) };
  }

  function lineFilter(node: SyntaxNode): LineFilter {
    if (node.getChild('FilterOp') !== null || node.getChild('OrFilter') !== null)
      throw notEvaluated(`"${textOf(node)}"`);
    const operator = node.getChild('Filter') ?? fail(node.from, 'a line filter was expected');
    const literal = node.getChild('String') ?? fail(node.from, 'a string was expected');
    const wanted = stringOf(literal);
    switch (textOf(operator)) {
      case '|=':
        return { kind: 'line', passes: (line) => line.includes(wanted) };
      case '!=':
        return { kind: 'line', passes: (line) => !line.includes(wanted) };
      case '|~':
      case '!~': {
        const expression = withRegexFaults(literal.from, () => RE2JS.compile(wanted));
        const finds = textOf(operator) === '|~';
        return { kind: 'line', passes: (line) => expression.matcher(line).find() === finds };
      }
      default:
        throw notEvaluated(`the line filter ${textOf(operator)}`);
    }
  }

  function stringOf(node: SyntaxNode): string {
    return unquote(textOf(node)) ?? fail(node.from, `invalid string ${textOf(node)}`);
  }

  function withRegexFaults<T>(at: number, compile: () => T): T {
    try {
      return compile();
    } catch (error) {
      if (error instanceof LogqlError) throw error;
      return fail(at, error instanceof Error ? error.message : String(error));
    }
  }
}
