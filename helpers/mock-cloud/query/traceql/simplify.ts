import { QueryError } from '../language/query-error.ts';
import {
  type Attribute,
  type BinaryField,
  type BinaryOperator,
  type Field,
  readsSpan,
  type UnaryOperator,
} from './expression.ts';
import { operate, operateUnary } from './operate.ts';
import { isTrue, NIL, type Scalar, type Static } from './static.ts';
import { isValidField } from './validate.ts';

/** A binary operation, or its result if it does not depend on the span. */
export function simplifyBinary(operator: BinaryOperator, left: Field, right: Field): Field {
  return foldConstant({
    kind: 'binary',
    operator,
    left: trimTraceId(left, right),
    right: trimTraceId(right, left),
  });
}

/** A unary operation, or its result if it does not depend on the span. */
export function simplifyUnary(operator: UnaryOperator, operand: Field): Field {
  return foldConstant({ kind: 'unary', operator, operand });
}

/** Trace IDs are compared without leading zeros. */
function trimTraceId(operand: Field, other: Field): Field {
  const isId = other.kind === 'attribute' && other.scope === 'intrinsic' && other.name === 'trace:id';
  if (!isId || operand.kind !== 'static' || operand.value.type !== 'string') return operand;
  return { kind: 'static', value: { type: 'string', value: operand.value.value.replace(/^0+/, '') } };
}

function foldConstant(field: Field): Field {
  if (readsSpan(field) || !isValidField(field)) return field;
  try {
    return { kind: 'static', value: evaluate(field, () => NIL) };
  } catch {
    // It fails when the query runs, as in Tempo.
    return field;
  }
}

/** The value of a condition or operand; `read` gives the value of an attribute. */
export function evaluate(field: Field, read: (attribute: Attribute) => Static): Static {
  switch (field.kind) {
    case 'static':
      return field.value;
    case 'attribute':
      return read(field);
    case 'binary': {
      const [left, right] = [evaluate(field.left, read), evaluate(field.right, read)];
      if (field.operator === '=~' || field.operator === '!~') countExpressions(field, left, right);
      return operate(field.operator, left, right);
    }
    case 'unary':
      return operateUnary(field.operator, evaluate(field.operand, read));
  }
}

/** How many expressions each comparison of a running query has compiled. */
const compiled = new WeakMap<BinaryField, number>();

/**
 * Tempo 3.0 compiles the expression once more for each item of an array, and then fails at the next text: a query that
 * compares arrays and texts with an expression is answered with an error.
 */
function countExpressions(field: BinaryField, left: Static, right: Static): void {
  const known = compiled.get(field) ?? 0;
  if (left.type === 'string' && known > 1) {
    throw new QueryError('unexpected numbers of pre-compiled regexp', 'execution');
  }
  if (left.type !== 'list' || left.items[0]?.type !== 'string') return;
  const match = left.items.findIndex((item) => isTrue(operate('=~', item, right)));
  const tried = field.operator === '=~' && match >= 0 ? match + 1 : left.items.length;
  compiled.set(field, Math.max(known, tried));
}

/** Which comparisons of one attribute are joined, by which operator, and into what. */
const JOINED: readonly (readonly [join: BinaryOperator, single: BinaryOperator, list: BinaryOperator])[] = [
  ['||', '=', 'in'],
  ['&&', '!=', 'not in'],
  ['||', '=~', 'match any'],
  ['&&', '!~', 'match none'],
];

/**
 * Joins comparisons of one attribute, such as `.a = 1 || .a = 2`, into one with a list. Tempo does so too, and it changes
 * answers: the whole list is looked up at once, and both may be required.
 */
export function joinComparisons(field: Field): Field {
  if (field.kind === 'unary') return simplifyUnary(field.operator, joinComparisons(field.operand));
  if (field.kind !== 'binary') return field;
  const joined = simplifyBinary(field.operator, joinComparisons(field.left), joinComparisons(field.right));
  return JOINED.reduce((held, [join, single, list]) => joinOnce(held, join, single, list), joined);
}

function joinOnce(field: Field, join: BinaryOperator, single: BinaryOperator, list: BinaryOperator): Field {
  if (field.kind !== 'binary' || field.operator !== join) return field;
  const [left, right] = [field.left, field.right].map((side) => readComparison(side, [single, list]));
  if (left === undefined || right === undefined) return field;
  if (left.attribute.scope !== right.attribute.scope || left.attribute.name !== right.attribute.name) return field;
  const items = [...left.items, ...right.items];
  const type = items[0]?.type ?? '';
  if (!['string', 'int', 'float', 'bool'].includes(type) || items.some((item) => item.type !== type)) return field;
  return simplifyBinary(list, left.attribute, { kind: 'static', value: { type: 'list', items } });
}

type Comparison = { readonly attribute: Attribute; readonly items: readonly Scalar[] };

function readComparison(field: Field, operators: readonly BinaryOperator[]): Comparison | undefined {
  if (field.kind !== 'binary' || !operators.includes(field.operator)) return undefined;
  return readOperands(field.left, field) ?? readOperands(field.right, field);
}

function readOperands(attribute: Field, { left, right }: BinaryField): Comparison | undefined {
  const other = attribute === left ? right : left;
  if (attribute.kind !== 'attribute' || other.kind !== 'static' || other.value.type === 'nil') return undefined;
  return { attribute, items: other.value.type === 'list' ? other.value.items : [other.value] };
}
