import { type BinaryOperator, type Field, INTRINSICS, isBooleanOperator, type UnaryOperator } from './expression.ts';
import type { Scalar, Static } from './static.ts';

/** A type as a query can tell it: `attribute` is any type until the span is known, lists are named for their items. */
export type FieldType = 'attribute' | 'nil' | Scalar['type'] | `${Scalar['type']} list`;

/** The type of a value. */
export function getType(value: Static): FieldType {
  return value.type === 'list' ? `${value.items[0]?.type ?? 'string'} list` : value.type;
}

/** The type that a condition or operand has, whatever the span. */
export function inferType(field: Field): FieldType {
  switch (field.kind) {
    case 'static':
      return getType(field.value);
    case 'attribute':
      return field.scope === 'intrinsic' ? INTRINSICS[field.name] : 'attribute';
    case 'binary': {
      if (isBooleanOperator(field.operator)) return 'bool';
      const left = inferType(field.left);
      return left === 'attribute' ? inferType(field.right) : left;
    }
    case 'unary':
      return field.operator === 'exists' || field.operator === 'not exists' ? 'bool' : inferType(field.operand);
  }
}

/** Whether values of a type are numbers, durations included. */
export function isNumeric(type: FieldType): boolean {
  return type === 'int' || type === 'float' || type === 'duration';
}

/** Whether any binary operator can have operands of both types: the same ones, numbers, and lists with their items. */
export function areMatchingTypes(a: FieldType, b: FieldType): boolean {
  if (a === b || a === 'attribute' || b === 'attribute' || a === 'nil' || b === 'nil') return true;
  if (isNumeric(a) && isNumeric(b)) return true;
  if (isList(a)) return areMatchingTypes(getItemType(a), b);
  return isList(b) && areMatchingTypes(a, getItemType(b));
}

function isList(type: FieldType): boolean {
  return type.endsWith(' list');
}

function getItemType(type: FieldType): FieldType {
  return type.replace(' list', '') as FieldType;
}

const EQUALITY: readonly BinaryOperator[] = ['=', '!='];
const MEMBERSHIP: readonly BinaryOperator[] = [...EQUALITY, 'in', 'not in'];
const ORDER: readonly BinaryOperator[] = [...MEMBERSHIP, '>', '>=', '<', '<='];
const NUMERIC: readonly BinaryOperator[] = [...ORDER, '+', '-', '*', '/', '%', '^'];
const OPERATORS: Readonly<Record<string, readonly BinaryOperator[]>> = {
  bool: [...MEMBERSHIP, '&&', '||'],
  int: NUMERIC,
  float: NUMERIC,
  duration: NUMERIC,
  string: [...ORDER, '=~', '!~', 'match any', 'match none'],
  nil: EQUALITY,
  status: EQUALITY,
  kind: EQUALITY,
};

/** Whether a binary operator can have an operand of a type. */
export function isValidOperand(operator: BinaryOperator, type: FieldType): boolean {
  return type === 'attribute' || (OPERATORS[getItemType(type)]?.includes(operator) ?? false);
}

/** Whether a unary operator can have an operand of a type. */
export function isValidUnaryOperand(operator: UnaryOperator, type: FieldType): boolean {
  if (type === 'attribute' || operator === 'exists' || operator === 'not exists') return true;
  return operator === '-' ? isNumeric(type) : type === 'bool';
}
