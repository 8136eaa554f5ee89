import { NotEvaluatedError, QueryError } from '../language/query-error.ts';
import {
  AGGREGATES,
  type AggregateName,
  type Attribute,
  type BinaryOperator,
  type Field,
  INTRINSICS,
  type IntrinsicName,
  type Query,
  SPANSET_OPERATORS,
  type Spansets,
  type Stage,
} from './expression.ts';
import { joinComparisons, simplifyBinary, simplifyUnary } from './simplify.ts';
import { FALSE, KIND_NAMES, type KindName, type Scalar, STATUS_NAMES, type StatusName, TRUE } from './static.ts';
import { createSyntaxError, type Token, tokenize } from './token.ts';
import { checkQuery } from './validate.ts';

/** How tightly operators bind, as in Tempo's grammar: `&&` and `||` alike, and `!` between sums and products. */
const POWERS: ReadonlyMap<string, number> = new Map([
  ...['&&', '||'].map((operator) => [operator, 1] as const),
  ...['=', '!=', '<', '<=', '>', '>=', '=~', '!~'].map((operator) => [operator, 2] as const),
  ...['+', '-'].map((operator) => [operator, 3] as const),
  ...['*', '/', '%'].map((operator) => [operator, 5] as const),
  ['^', 6],
]);
const COMPARISON_POWER = 2;
const MINUS_POWER = 3;
const NOT_POWER = 4;
const MAX_DEPTH = 500;
const MAX_INT = 2n ** 63n - 1n;

const SCOPED_INTRINSICS: Readonly<Record<string, IntrinsicName>> = {
  'span:name': 'name',
  'span:status': 'status',
  'span:statusMessage': 'statusMessage',
  'span:kind': 'kind',
  'span:duration': 'duration',
  'span:childCount': 'span:childCount',
  'span:id': 'span:id',
  'span:parentID': 'span:parentID',
  'trace:rootName': 'rootName',
  'trace:rootService': 'rootServiceName',
  'trace:duration': 'traceDuration',
  'trace:id': 'trace:id',
};
const OTHER_INTRINSICS = [
  'event:name',
  'event:timeSinceStart',
  'link:traceID',
  'link:spanID',
  'instrumentation:name',
  'instrumentation:version',
];
const METRICS = /^(?:rate|compare|(?:count|min|max|avg|sum|quantile|histogram)_over_time)$/;

/**
 * Parses a TraceQL query and checks it, with the precedence of Tempo's grammar. Throws {@link QueryError} if it is not
 * valid, and if it uses a part of the language that the mock does not evaluate.
 */
export function parseTraceql(query: string): Query {
  const tokens = tokenize(query);
  let next = 0;
  let depth = 0;

  const stages: Stage[] = [readStage()];
  while (takeWord('|')) stages.push(readStage());
  if (isWord('with')) throw new NotEvaluatedError('"with"', 'Tempo');
  if (peek().kind !== 'end') fail();
  checkQuery(stages);
  return stages;

  function peek(ahead = 0): Token {
    return tokens[Math.min(next + ahead, tokens.length - 1)] as Token;
  }

  function isWord(text: string, ahead = 0): boolean {
    const token = peek(ahead);
    return token.kind === 'word' && token.text === text;
  }

  function takeWord(text: string): boolean {
    const isFound = isWord(text);
    if (isFound) next++;
    return isFound;
  }

  function expectWord(text: string): void {
    if (!takeWord(text)) fail();
  }

  function fail(): never {
    const token = peek();
    const isName = token.kind === 'attribute' || (token.kind === 'word' && isIdentifier(token.text));
    const found = token.kind === 'end' ? '$end' : isName ? 'IDENTIFIER' : token.text;
    throw createSyntaxError(query, token.from, `syntax error: unexpected ${found}`);
  }

  /** A query nested deeper than this is refused before it exhausts the stack. */
  function nest<T>(read: () => T): T {
    depth++;
    if (depth > MAX_DEPTH) throw new QueryError(`invalid TraceQL query: nested deeper than ${MAX_DEPTH}`);
    const result = read();
    depth--;
    return result;
  }

  function readStage(): Stage {
    const { text } = peek();
    if (isWord('(', 1)) {
      if (text === 'select') return readSelect();
      const aggregate = AGGREGATES.find((name) => name === text);
      if (aggregate !== undefined) return readAggregate(aggregate);
      if (text === 'by' || text === 'coalesce' || METRICS.test(text)) throw new NotEvaluatedError(`${text}()`, 'Tempo');
    }
    return readSpansets(0);
  }

  function readSelect(): Stage {
    next += 2;
    const attributes = [readAttribute() ?? fail()];
    while (takeWord(',')) attributes.push(readAttribute() ?? fail());
    expectWord(')');
    return { kind: 'select', attributes };
  }

  function readAggregate(name: AggregateName): Stage {
    next += 2;
    const field = name === 'count' ? undefined : joinComparisons(readField(0));
    expectWord(')');
    const operator = peek().text as BinaryOperator;
    if (peek().kind === 'word' && (POWERS.get(operator) ?? 0) > COMPARISON_POWER) {
      throw new NotEvaluatedError('arithmetic of aggregates', 'Tempo');
    }
    if (!['=', '!=', '<', '<=', '>', '>='].includes(operator)) fail();
    next++;
    const value = readNumber();
    if (isWord('(', 1)) throw new NotEvaluatedError('a comparison of two aggregates', 'Tempo');
    return { kind: 'aggregate', name, field, operator, value };
  }

  function readNumber(): Scalar {
    const isNegative = takeWord('-');
    const token = peek();
    if (token.kind !== 'literal' || token.value.type === 'string') fail();
    next++;
    const { value } = token;
    if (!isNegative) return value;
    if (value.type === 'float') return { type: 'float', value: -value.value };
    return value.type === 'int' || value.type === 'duration' ? { type: value.type, value: -value.value } : fail();
  }

  function readSpansets(minimum: number): Spansets {
    let left = nest(readSpanset);
    for (;;) {
      const operator = SPANSET_OPERATORS.find((text) => isWord(text));
      if (operator === undefined) return left;
      const power = operator === '&&' || operator === '||' ? 1 : 2;
      if (power < minimum) return left;
      // Tempo 3.0 leaves some of the pairs out, depending on what else is in the trace.
      if (operator === '&>>' || operator === '&<<') throw new NotEvaluatedError(`"${operator}"`, 'Tempo');
      next++;
      left = { kind: 'operation', operator, left, right: readSpansets(power + 1) };
    }
  }

  function readSpanset(): Spansets {
    if (takeWord('(')) {
      const inside = readSpansets(0);
      if (isWord('|')) throw new NotEvaluatedError('a pipeline in parentheses', 'Tempo');
      expectWord(')');
      return inside;
    }
    expectWord('{');
    if (takeWord('}')) return { kind: 'filter', condition: { kind: 'static', value: TRUE } };
    const condition = joinComparisons(readField(0));
    expectWord('}');
    return { kind: 'filter', condition };
  }

  function readField(minimum: number): Field {
    let left = nest(readOperand);
    for (;;) {
      const token = peek();
      const power = token.kind === 'word' ? POWERS.get(token.text) : undefined;
      if (power === undefined || power < minimum) return left;
      next++;
      if ((token.text === '=' || token.text === '!=') && takeWord('nil')) {
        left = simplifyUnary(token.text === '=' ? 'not exists' : 'exists', left);
      } else {
        const right = readField(token.text === '^' ? power : power + 1);
        left = simplifyBinary(token.text as BinaryOperator, left, right);
      }
    }
  }

  function readOperand(): Field {
    if (takeWord('(')) {
      const inside = readField(0);
      expectWord(')');
      return inside;
    }
    if (takeWord('-')) return simplifyUnary('-', readField(MINUS_POWER + 1));
    if (takeWord('!')) return simplifyUnary('!', readField(NOT_POWER + 1));
    if (takeWord('nil')) return readComparisonWithNil();
    return readAttribute() ?? readStatic();
  }

  function readComparisonWithNil(): Field {
    const operator = takeWord('=') ? 'not exists' : takeWord('!=') ? 'exists' : fail();
    if (takeWord('nil')) return { kind: 'static', value: FALSE };
    return simplifyUnary(operator, readField(COMPARISON_POWER + 1));
  }

  /** Reads an attribute or intrinsic; undefined if the next token is something else. */
  function readAttribute(): Attribute | undefined {
    const { kind, text } = peek();
    if (kind !== 'word') return undefined;
    if (text.endsWith('.')) return readScopedAttribute(text);
    if (text.endsWith(':')) return readScopedIntrinsic(text);
    if (text === 'parent') throw new QueryError('invalid TraceQL query: intrinsic (parent) not yet supported');
    if (!Object.hasOwn(INTRINSICS, text)) return undefined;
    next++;
    return { kind: 'attribute', scope: 'intrinsic', name: text as IntrinsicName };
  }

  function readScopedAttribute(scope: string): Attribute {
    next++;
    const name = peek();
    if (name.kind !== 'attribute') fail();
    next++;
    if (scope === 'parent.') throw new QueryError('invalid TraceQL query: parent not yet supported');
    if (scope === '.') return { kind: 'attribute', scope: 'any', name: name.text };
    if (scope === 'span.') return { kind: 'attribute', scope: 'span', name: name.text };
    if (scope === 'resource.') return { kind: 'attribute', scope: 'resource', name: name.text };
    throw new NotEvaluatedError(`the scope of "${scope}${name.text}"`, 'Tempo');
  }

  function readScopedIntrinsic(scope: string): Attribute {
    next++;
    const written = scope + peek().text;
    const name = SCOPED_INTRINSICS[written];
    if (name === undefined && !OTHER_INTRINSICS.includes(written)) fail();
    next++;
    if (name === undefined) throw new NotEvaluatedError(`the intrinsic "${written}"`, 'Tempo');
    return { kind: 'attribute', scope: 'intrinsic', name };
  }

  function readStatic(): Field {
    const token = peek();
    const value = token.kind === 'literal' ? token.value : token.kind === 'word' ? readKeyword(token.text) : undefined;
    if (value === undefined) {
      if (token.kind !== 'word' || !isIdentifier(token.text)) fail();
      throw createSyntaxError(query, token.from, `unknown identifier: ${token.text}`);
    }
    next++;
    return { kind: 'static', value };
  }
}

/** Words that have a meaning elsewhere in a query; all others are identifiers. */
const RESERVED =
  /^(?:nil|childCount|rootService|id|traceID|spanID|parentID|timeSinceStart|version|count|avg|max|min|sum|by|coalesce|select|topk|bottomk|with)$/;

function isIdentifier(word: string): boolean {
  return (
    /^[\p{L}_][^.:]*$/u.test(word) && !RESERVED.test(word) && !METRICS.test(word) && readKeyword(word) === undefined
  );
}

function readKeyword(word: string): Scalar | undefined {
  if (word === 'true' || word === 'false') return word === 'true' ? TRUE : FALSE;
  if (STATUS_NAMES.includes(word as StatusName)) return { type: 'status', value: word as StatusName };
  if (KIND_NAMES.includes(word as KindName)) return { type: 'kind', value: word as KindName };
  if (word === 'maxInt') return { type: 'int', value: MAX_INT };
  return word === 'minInt' ? { type: 'int', value: -MAX_INT - 1n } : undefined;
}
