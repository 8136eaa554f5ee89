import { parser } from '@grafana/lezer-logql';
import type { SyntaxNode } from '@lezer/common';
import { RE2JS } from 're2js';
import { createMatcher, MATCH_OPERATORS, type Matcher, type MatchOperator } from '../language/matcher.ts';
import { NotEvaluatedError, QueryError } from '../language/query-error.ts';
import { findFirstFault, findPosition, listChildren } from '../language/syntax-tree.ts';
import { unquote } from '../language/unquote.ts';
import type { LabelFilter, LineFilter, LogQuery } from './expression.ts';

/**
 * Parses a LogQL query with Grafana's own grammar: a stream selector, line filters and label filters. Throws
 * {@link QueryError} with line and column if it is not valid, and if it uses a part of the language that the mock does not
 * evaluate.
 */
export function parseLogql(query: string): LogQuery {
  const tree = parser.parse(query);
  const fail = (at: number, problem: string): never => {
    const { line, column } = findPosition(query, at);
    throw new QueryError(`parse error at line ${line}, col ${column}: ${problem}`);
  };
  const fault = findFirstFault(tree, query);
  if (fault !== undefined) {
    fail(fault.at, `syntax error: unexpected ${fault.found === '' ? '$end' : JSON.stringify(fault.found)}`);
  }
  const log = tree.topNode.firstChild?.getChild('LogExpr') ?? tree.topNode.getChild('LogExpr');
  if (log == null)
    throw query.trim() === ''
      ? new QueryError('parse error : syntax error: unexpected $end')
      : new NotEvaluatedError('metric queries', 'Loki');
  const selector = log.getChild('Selector') ?? fail(log.from, 'expected a stream selector');
  const matchers = findNodes('Matcher', selector).map(readMatcher);
  if (!matchers.some(({ matches }) => !matches(''))) {
    fail(
      selector.from,
      'queries require at least one regexp or equality matcher that does not have an empty-compatible value',
    );
  }
  const pipeline = log.getChild('PipelineExpr');
  return { matchers, filters: pipeline === null ? [] : findNodes('PipelineStage', pipeline).flatMap(readStage) };

  function getText(node: SyntaxNode): string {
    return query.slice(node.from, node.to);
  }

  /** The outermost nodes of a name, in the order of the query. */
  function findNodes(name: string, under: SyntaxNode): SyntaxNode[] {
    return listChildren(under).flatMap((node) => (node.name === name ? [node] : findNodes(name, node)));
  }

  function readMatcher(node: SyntaxNode): Matcher {
    const [name, operator, value] = listChildren(node);
    if (name === undefined || operator === undefined || value === undefined)
      return fail(node.from, 'expected a matcher');
    const written = getText(operator) as MatchOperator;
    if (!MATCH_OPERATORS.includes(written)) return fail(operator.from, `syntax error: unexpected ${written}`);
    return compileRegex(value.from, () => createMatcher(getText(name), written, readString(value)));
  }

  function readStage(node: SyntaxNode): (LabelFilter | LineFilter)[] {
    const lines = node.getChild('LineFilters');
    if (lines !== null) return findNodes('LineFilter', lines).map(readLineFilter);
    const labels = node.getChild('LabelFilter');
    if (labels === null) throw new NotEvaluatedError(`"${getText(node)}"`, 'Loki');
    return [readLabelFilter(labels)];
  }

  function readLabelFilter(node: SyntaxNode): LabelFilter {
    const children = listChildren(node);
    const [first] = children;
    if (children.length === 1 && first?.name === 'Matcher') return { kind: 'label', matcher: readMatcher(first) };
    if (children.length === 1 && first?.name === 'LabelFilter') return readLabelFilter(first);
    const sides = children.filter(({ name }) => name === 'LabelFilter');
    const [left, right] = sides;
    if (left === undefined || right === undefined)
      throw new NotEvaluatedError(`the label filter "${getText(node)}"`, 'Loki');
    const kind = node.getChild('Or') === null ? 'and' : 'or';
    return { kind, left: readLabelFilter(left), right: readLabelFilter(right) };
  }

  function readLineFilter(node: SyntaxNode): LineFilter {
    if (node.getChild('FilterOp') !== null || node.getChild('OrFilter') !== null)
      throw new NotEvaluatedError(`"${getText(node)}"`, 'Loki');
    const operator = node.getChild('Filter') ?? fail(node.from, 'expected a line filter');
    const literal = node.getChild('String') ?? fail(node.from, 'expected a string');
    const wanted = readString(literal);
    switch (getText(operator)) {
      case '|=':
        return { kind: 'line', passes: (line) => line.includes(wanted) };
      case '!=':
        return { kind: 'line', passes: (line) => !line.includes(wanted) };
      case '|~':
      case '!~': {
        const expression = compileRegex(literal.from, () => RE2JS.compile(wanted));
        const finds = getText(operator) === '|~';
        return { kind: 'line', passes: (line) => expression.matcher(line).find() === finds };
      }
      default:
        throw new NotEvaluatedError(`the line filter ${getText(operator)}`, 'Loki');
    }
  }

  function readString(node: SyntaxNode): string {
    return unquote(getText(node)) ?? fail(node.from, `invalid string ${getText(node)}`);
  }

  function compileRegex<T>(at: number, compile: () => T): T {
    try {
      return compile();
    } catch (error) {
      if (error instanceof QueryError) throw error;
      return fail(at, error instanceof Error ? error.message : String(error));
    }
  }
}
