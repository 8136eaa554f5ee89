import { parser } from '@grafana/lezer-traceql';
import type { SyntaxNode } from '@lezer/common';
import { RE2JS } from 're2js';
import { NotEvaluatedError, QueryError } from '../language/query-error.ts';
import { findFirstFault, findPosition, listChildren } from '../language/syntax-tree.ts';
import { unquote } from '../language/unquote.ts';
import { COMPARISONS, type Comparison, type Field, INTRINSICS, type Intrinsic, type Spansets } from './expression.ts';
import { KIND_NAMES, type KindName, NIL, STATUS_NAMES, type Static, type StatusName } from './static.ts';

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
const INTRINSIC_TYPES: Readonly<Record<Intrinsic, Static['type']>> = {
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
 * Parses a TraceQL query with Grafana's own grammar. Throws {@link QueryError} with line and column if it is not valid,
 * and if it uses a part of the language that the mock does not evaluate.
 */
export function parseTraceql(query: string): Spansets {
  const tree = parser.parse(query);
  const fail = (at: number, problem: string): never => {
    const { line, column } = findPosition(query, at);
    throw new QueryError(`invalid TraceQL query: parse error at line ${line}, col ${column}: syntax error: ${problem}`);
  };
  const fault = findFirstFault(tree, query);
  if (fault !== undefined) fail(fault.at, fault.found === '' ? 'unexpected $end' : `unexpected "${fault.found}"`);
  const root = tree.topNode.firstChild;
  return root === null ? fail(0, 'unexpected $end') : readSpansets(root);

  function getText(node: SyntaxNode): string {
    return query.slice(node.from, node.to);
  }

  function readSpansets(node: SyntaxNode): Spansets {
    const children = listChildren(node);
    const [first, operator, second] = children;
    if (node.name === 'SpansetFilter') return { kind: 'filter', condition: first && readField(first) };
    if (first === undefined) return fail(node.from, `unexpected "${getText(node)}"`);
    if (children.length === 1 && ['SpansetPipelineExpression', 'SpansetPipeline'].includes(node.name)) {
      return readSpansets(first);
    }
    const kind = operator === undefined ? undefined : SPANSET_OPERATORS[operator.name];
    if (kind === undefined || second === undefined)
      throw new NotEvaluatedError(`"${getText(operator ?? node)}" in "${getText(node)}"`, 'Tempo');
    return { kind, left: readSpansets(first), right: readSpansets(second) };
  }

  function readField(node: SyntaxNode): Field {
    const [first, operator, second] = listChildren(node);
    if (node.name === 'Static') return { kind: 'static', value: readLiteral(node) };
    if (node.name === 'AttributeField') return readAttribute(node);
    if (node.name === 'IntrinsicField') return { kind: 'intrinsic', name: readIntrinsic(getText(node)) };
    if (first === undefined) return fail(node.from, `unexpected "${getText(node)}"`);
    if (operator === undefined) return readPrefixed(node, first);
    if (second === undefined) return fail(node.from, `unexpected "${getText(node)}"`);
    if (operator.name === 'And' || operator.name === 'Or') {
      return { kind: operator.name === 'And' ? 'and' : 'or', left: readField(first), right: readField(second) };
    }
    return readComparison(getText(operator) as Comparison, operator.from, readField(first), readField(second));
  }

  /** Reads an operand in parentheses or with a sign, for which the grammar has no nodes. */
  function readPrefixed(node: SyntaxNode, inner: SyntaxNode): Field {
    const sign = query.slice(node.from, inner.from).trim();
    if (sign === '!') return readNegated(inner);
    const operand = readField(inner);
    if (sign !== '-') return operand;
    const value = operand.kind === 'static' ? operand.value : NIL;
    if (value.type === 'float') return { kind: 'static', value: { type: 'float', value: -value.value } };
    if (value.type === 'int' || value.type === 'duration') {
      return { kind: 'static', value: { type: value.type, value: -value.value } };
    }
    throw new NotEvaluatedError(`"${getText(node)}"`, 'Tempo');
  }

  /** The grammar negates everything that follows; in TraceQL `!` binds tighter than `&&` and `||`. */
  function readNegated(node: SyntaxNode): Field {
    const [first, operator, second] = listChildren(node);
    if (first === undefined || second === undefined) return { kind: 'not', operand: readField(node) };
    if (operator?.name !== 'And' && operator?.name !== 'Or') return { kind: 'not', operand: readField(node) };
    return { kind: operator.name === 'And' ? 'and' : 'or', left: readNegated(first), right: readField(second) };
  }

  function readComparison(operator: Comparison, at: number, left: Field, right: Field): Field {
    if (['+', '-', '*', '/', '%', '^'].includes(operator)) throw new NotEvaluatedError('arithmetic', 'Tempo');
    if (!COMPARISONS.includes(operator)) return fail(at, `unexpected "${operator}"`);
    checkOperands(operator, at, left, right);
    if (operator !== '=~' && operator !== '!~') return { kind: 'comparison', operator, left, right };
    if (right.kind !== 'static' || right.value.type !== 'string')
      throw new NotEvaluatedError('a regular expression that is not a literal', 'Tempo');
    try {
      const expression = RE2JS.compile(`^(?:${right.value.value})$`);
      return { kind: 'comparison', operator, left, right, pattern: (text) => expression.matches(text) };
    } catch (error) {
      throw new QueryError(`invalid TraceQL query: ${error instanceof Error ? error.message : error}`);
    }
  }

  function checkOperands(operator: Comparison, at: number, left: Field, right: Field): void {
    const [a, b] = [inferType(left), inferType(right)];
    if (a === undefined || b === undefined || a === b || a === 'nil' || b === 'nil') return;
    if (NUMERIC.includes(a) && NUMERIC.includes(b)) return;
    const { line, column } = findPosition(query, at);
    throw new QueryError(
      `invalid TraceQL query: binary operations must operate on the same type: ${a} ${operator} ${b} (line ${line}, col ${column})`,
    );
  }

  function readAttribute(node: SyntaxNode): Field {
    const scopes = listChildren(node).map(({ name }) => name);
    const identifier = node.getChild('Identifier');
    if (identifier === null) return fail(node.from, `unexpected "${getText(node)}"`);
    const written = getText(identifier);
    const name = written.startsWith('"') ? (unquote(written) ?? written) : written;
    const [scope] = scopes;
    if (scope === 'Identifier') return { kind: 'attribute', scope: 'any', name };
    if (scopes.length === 2 && scope === 'Resource') return { kind: 'attribute', scope: 'resource', name };
    if (scopes.length === 2 && scope === 'Span') return { kind: 'attribute', scope: 'span', name };
    throw new NotEvaluatedError(`the scope of "${getText(node)}"`, 'Tempo');
  }

  function readIntrinsic(written: string): Intrinsic {
    const name = SCOPED_INTRINSICS[written] ?? written;
    const known = INTRINSICS.find((held) => held === name);
    if (known === undefined) throw new NotEvaluatedError(`the intrinsic "${written}"`, 'Tempo');
    return known;
  }

  function readLiteral(node: SyntaxNode): Static {
    const written = getText(node);
    switch (node.firstChild?.name) {
      case 'String':
        return { type: 'string', value: unquote(written) ?? fail(node.from, `invalid string ${written}`) };
      case 'Integer':
        return { type: 'int', value: BigInt(written) };
      case 'Float':
        return { type: 'float', value: Number(written) };
      case 'Duration':
        return { type: 'duration', value: parseNanoseconds(written) };
      default:
        return readKeyword(written, node.from);
    }
  }

  function readKeyword(written: string, at: number): Static {
    if (written === 'true' || written === 'false') return { type: 'bool', value: written === 'true' };
    if (written === 'nil') return NIL;
    if (STATUS_NAMES.includes(written as StatusName)) return { type: 'status', value: written as StatusName };
    if (KIND_NAMES.includes(written as KindName)) return { type: 'kind', value: written as KindName };
    return fail(at, `unexpected "${written}"`);
  }
}

function parseNanoseconds(written: string): bigint {
  let total = 0;
  for (const [, number, unit = ''] of written.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(number) * (NANOSECONDS[unit] ?? 0);
  }
  return BigInt(Math.round(total));
}

/** The type of an operand; undefined for an attribute, which may have any. */
function inferType(field: Field): Static['type'] | undefined {
  if (field.kind === 'static') return field.value.type;
  if (field.kind === 'intrinsic') return INTRINSIC_TYPES[field.name];
  return undefined;
}
