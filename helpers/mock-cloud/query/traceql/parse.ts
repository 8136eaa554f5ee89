import { parser } from '@grafana/lezer-traceql';
import type { SyntaxNode } from '@lezer/common';
import { RE2JS } from 're2js';
import { childrenOf, firstFault, lineAndColumn } from '../language/syntax-tree.ts';
import { unquote } from '../language/unquote.ts';
import type { Comparison, Field, Intrinsic, Spansets } from './expression.ts';
import { COMPARISONS, INTRINSICS } from './expression.ts';
import { notEvaluated, TraceqlError } from './query-error.ts';
import type { KindName, Static, StatusName } from './static.ts';
import { KIND_NAMES, NIL, STATUS_NAMES } from './static.ts';

const SPANSET_OPERATORS: Readonly<Record<string, Exclude<Spansets['kind'], 'filter'>>> = {
  And: 'and',
  Or: 'or',
  Gt: 'child',
  Desc: 'descendant',
};
const SCOPED_INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  'span:name': 'name',
  'span:status': 'status',
  'span:statusMessage': 'statusMessage',
  'span:kind': 'kind',
  'span:duration': 'duration',
  'trace:rootName': 'rootName',
  'trace:rootService': 'rootServiceName',
  'trace:duration': 'traceDuration',
};
const TYPES_OF_INTRINSICS: Readonly<Record<Intrinsic, Static['type']>> = {
  name: 'string',
  status: 'status',
  statusMessage: 'string',
  kind: 'kind',
  duration: 'duration',
  rootName: 'string',
  rootServiceName: 'string',
  traceDuration: 'duration',
  'span:id': 'string',
  'trace:id': 'string',
};
const NUMERIC: readonly Static['type'][] = ['int', 'float', 'duration'];
const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/**
 * Reads a TraceQL query with Grafana's own grammar. Throws {@link TraceqlError} with line and column where it isn't one,
 * and where it uses a part of the language that the mock does not evaluate.
 */
export function parseTraceql(query: string): Spansets {
  const tree = parser.parse(query);
  const fail = (at: number, problem: string): never => {
    const { line, column } = lineAndColumn(query, at);
    throw new TraceqlError(
      `invalid TraceQL query: parse error at line ${line}, col ${column}: syntax error: ${problem}`,
    );
  };
  const fault = firstFault(tree, query);
  if (fault !== undefined) fail(fault.at, fault.found === '' ? 'unexpected $end' : `unexpected "${fault.found}"`);
  const root = tree.topNode.firstChild;
  return root === null ? fail(0, 'unexpected $end') : spansets(root);

  function textOf(node: SyntaxNode): string {
    return query.slice(node.from, node.to);
  }

  function spansets(node: SyntaxNode): Spansets {
    const children = childrenOf(node);
    const [first, operator, second] = children;
    if (node.name === 'SpansetFilter') return { kind: 'filter', condition: first && field(first) };
    if (first === undefined) return fail(node.from, `unexpected "${textOf(node)}"`);
    if (children.length === 1 && ['SpansetPipelineExpression', 'SpansetPipeline'].includes(node.name)) {
      return spansets(first);
    }
    const kind = operator === undefined ? undefined : SPANSET_OPERATORS[operator.name];
    if (kind === undefined || second === undefined)
      throw notEvaluated(`"${textOf(operator ?? node)}" in "${textOf(node)}"`);
    return { kind, left: spansets(first), right: spansets(second) };
  }

  function field(node: SyntaxNode): Field {
    const [first, operator, second] = childrenOf(node);
    if (node.name === 'Static') return { kind: 'static', value: literal(node) };
    if (node.name === 'AttributeField') return attribute(node);
    if (node.name === 'IntrinsicField') return { kind: 'intrinsic', name: intrinsic(textOf(node)) };
    if (first === undefined) return fail(node.from, `unexpected "${textOf(node)}"`);
    if (operator === undefined) return prefixed(node, first);
    if (second === undefined) return fail(node.from, `unexpected "${textOf(node)}"`);
    if (operator.name === 'And' || operator.name === 'Or') {
      return { kind: operator.name === 'And' ? 'and' : 'or', left: field(first), right: field(second) };
    }
    return comparison(textOf(operator) as Comparison, operator.from, field(first), field(second));
  }

  /** An operand in parentheses or with a sign before it, which the grammar has no nodes for. */
  function prefixed(node: SyntaxNode, inner: SyntaxNode): Field {
    const sign = query.slice(node.from, inner.from).trim();
    if (sign === '!') return negated(inner);
    const operand = field(inner);
    if (sign !== '-') return operand;
    const value = operand.kind === 'static' ? operand.value : NIL;
    if (value.type === 'float') return { kind: 'static', value: { type: 'float', value: -value.value } };
    if (value.type === 'int' || value.type === 'duration') {
      return { kind: 'static', value: { type: value.type, value: -value.value } };
    }
    throw notEvaluated(`"${textOf(node)}"`);
  }

  /** The grammar takes all that follows into the negation; in TraceQL `!` binds tighter than `&&` and `||`. */
  function negated(node: SyntaxNode): Field {
    const [first, operator, second] = childrenOf(node);
    if (first === undefined || second === undefined) return { kind: 'not', operand: field(node) };
    if (operator?.name !== 'And' && operator?.name !== 'Or') return { kind: 'not', operand: field(node) };
    return { kind: operator.name === 'And' ? 'and' : 'or', left: negated(first), right: field(second) };
  }

  function comparison(operator: Comparison, at: number, left: Field, right: Field): Field {
    if (['+', '-', '*', '/', '%', '^'].includes(operator)) throw notEvaluated('arithmetic');
    if (!COMPARISONS.includes(operator)) return fail(at, `unexpected "${operator}"`);
    checkOperands(operator, at, left, right);
    if (operator !== '=~' && operator !== '!~') return { kind: 'comparison', operator, left, right };
    if (right.kind !== 'static' || right.value.type !== 'string')
      throw notEvaluated('a regular expression that is no literal');
    try {
      const expression = RE2JS.compile(`^(?:${right.value.value})$`);
      return { kind: 'comparison', operator, left, right, pattern: (text) => expression.matches(text) };
    } catch (error) {
      throw new TraceqlError(`invalid TraceQL query: ${error instanceof Error ? error.message : error}`);
    }
  }

  function checkOperands(operator: Comparison, at: number, left: Field, right: Field): void {
    const [a, b] = [fixedType(left), fixedType(right)];
    if (a === undefined || b === undefined || a === b || a === 'nil' || b === 'nil') return;
    if (NUMERIC.includes(a) && NUMERIC.includes(b)) return;
    const { line, column } = lineAndColumn(query, at);
    throw new TraceqlError(
      `invalid TraceQL query: binary operations must operate on the same type: ${a} ${operator} ${b} (line ${line}, col ${column})`,
    );
  }

  function attribute(node: SyntaxNode): Field {
    const scopes = childrenOf(node).map(({ name }) => name);
    const identifier = node.getChild('Identifier');
    if (identifier === null) return fail(node.from, `unexpected "${textOf(node)}"`);
    const written = textOf(identifier);
    const name = written.startsWith('"') ? (unquote(written) ?? written) : written;
    const [scope] = scopes;
    if (scope === 'Identifier') return { kind: 'attribute', scope: 'any', name };
    if (scopes.length === 2 && scope === 'Resource') return { kind: 'attribute', scope: 'resource', name };
    if (scopes.length === 2 && scope === 'Span') return { kind: 'attribute', scope: 'span', name };
    throw notEvaluated(`the scope of "${textOf(node)}"`);
  }

  function intrinsic(written: string): Intrinsic {
    const name = SCOPED_INTRINSICS[written] ?? written;
    const known = INTRINSICS.find((held) => held === name);
    if (known === undefined) throw notEvaluated(`the intrinsic "${written}"`);
    return known;
  }

  function literal(node: SyntaxNode): Static {
    const written = textOf(node);
    switch (node.firstChild?.name) {
      case 'String':
        return { type: 'string', value: unquote(written) ?? fail(node.from, `invalid string ${written}`) };
      case 'Integer':
        return { type: 'int', value: BigInt(written) };
      case 'Float':
        return { type: 'float', value: Number(written) };
      case 'Duration':
        return { type: 'duration', value: nanoseconds(written) };
      default:
        return word(written, node.from);
    }
  }

  function word(written: string, at: number): Static {
    if (written === 'true' || written === 'false') return { type: 'bool', value: written === 'true' };
    if (written === 'nil') return NIL;
    if (STATUS_NAMES.includes(written as StatusName)) return { type: 'status', value: written as StatusName };
    if (KIND_NAMES.includes(written as KindName)) return { type: 'kind', value: written as KindName };
    return fail(at, `unexpected "${written}"`);
  }
}

function nanoseconds(written: string): bigint {
  let total = 0;
  for (const [, number, unit = ''] of written.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(number) * (NANOSECONDS[unit] ?? 0);
  }
  return BigInt(Math.round(total));
}

/** The type of an operand that can have no other; an attribute may have any. */
function fixedType(field: Field): Static['type'] | undefined {
  if (field.kind === 'static') return field.value.type;
  if (field.kind === 'intrinsic') return TYPES_OF_INTRINSICS[field.name];
  return undefined;
}
