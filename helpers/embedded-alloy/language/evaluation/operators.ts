import type { BinaryOperator, UnaryOperator } from '../syntax/token.ts';
import { createSecret } from './secret.ts';
import {
  boolValue,
  floatValue,
  intValue,
  type NumberValue,
  stringValue,
  type TypeName,
  uintValue,
  type Value,
} from './value.ts';
import { createTypeError, ValueError } from './value-error.ts';

/** Applies `!` or `-`. @throws ValueError on a value of the wrong type */
export function applyUnary(operator: UnaryOperator, value: Value): Value {
  if (operator === '!') {
    if (value.type !== 'bool') {
      throw createTypeError(value, 'bool');
    }
    return boolValue(!value.value);
  }
  if (value.type !== 'number') {
    throw createTypeError(value, 'number');
  }
  return value.kind === 'float' ? floatValue(-value.value) : intValue(-value.value);
}

const operands: Readonly<Record<Exclude<BinaryOperator, '==' | '!='>, readonly TypeName[]>> = {
  '||': ['bool'],
  '&&': ['bool'],
  '+': ['number', 'string', 'capsule'],
  '-': ['number'],
  '*': ['number'],
  '/': ['number'],
  '%': ['number'],
  '^': ['number'],
  '<': ['number', 'string'],
  '>': ['number', 'string'],
  '<=': ['number', 'string'],
  '>=': ['number', 'string'],
};

/** Applies a binary operator to evaluated operands. @throws ValueError on values that it can't be applied to */
export function applyBinary(left: Value, operator: BinaryOperator, right: Value): Value {
  const [l, r] = unifySecrets(left, right);
  if (operator === '==' || operator === '!=') {
    return boolValue(isEqual(l, r) === (operator === '=='));
  }
  const allowed = operands[operator];
  for (const [side, original] of [
    [l, left],
    [r, right],
  ] as const) {
    if (!allowed.includes(side.type)) {
      throw new ValueError(original, `should be one of [${allowed.join(' ')}] for binop ${operator}, got ${side.type}`);
    }
  }
  if (l.type === 'bool' && r.type === 'bool') {
    return boolValue(operator === '||' ? l.value || r.value : l.value && r.value);
  }
  if (l.type === 'string' && r.type === 'string') {
    return operator === '+'
      ? stringValue(l.value + r.value)
      : boolValue(compareBy(operator, Buffer.compare(Buffer.from(l.value), Buffer.from(r.value))));
  }
  if (l.type === 'number' && r.type === 'number') {
    return applyToNumbers(l, operator, r, right);
  }
  if (l.type !== r.type) {
    throw createTypeError(r, l.type);
  }
  return joinSecrets(l, r, left);
}

/** Turns a secret and a string into two secrets, so that their sum is a secret. */
function unifySecrets(left: Value, right: Value): readonly [Value, Value] {
  if (isSecret(left) && right.type === 'string') {
    return [left, { type: 'capsule', holds: 'secret', secret: createSecret(right.value) }];
  }
  if (left.type === 'string' && isSecret(right)) {
    return [{ type: 'capsule', holds: 'secret', secret: createSecret(left.value) }, right];
  }
  return [left, right];
}

function isSecret(value: Value): boolean {
  return value.type === 'capsule' && value.holds === 'secret';
}

function joinSecrets(left: Value, right: Value, original: Value): Value {
  if (left.type === 'capsule' && left.holds === 'secret' && right.type === 'capsule' && right.holds === 'secret') {
    const joined = left.secret.reveal() + right.secret.reveal();
    return { type: 'capsule', holds: 'secret', secret: createSecret(joined) };
  }
  throw new ValueError(original, 'could not perform binop + for unknown types lhs capsule rhs capsule');
}

function compareBy(operator: BinaryOperator, order: number): boolean {
  switch (operator) {
    case '<':
      return order < 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    default:
      return order >= 0;
  }
}

function applyToNumbers(left: NumberValue, operator: BinaryOperator, right: NumberValue, written: Value): Value {
  if ((operator === '/' || operator === '%') && Number(right.value) === 0) {
    throw new ValueError(written, 'divide by zero error');
  }
  if (left.kind === 'float' || right.kind === 'float') {
    return calculateFloats(Number(left.value), operator, Number(right.value));
  }
  const make = left.kind === 'uint' && right.kind === 'uint' ? uintValue : intValue;
  return calculateIntegers(make(left.value), operator, make(right.value), make);
}

function calculateFloats(left: number, operator: BinaryOperator, right: number): Value {
  switch (operator) {
    case '+':
      return floatValue(left + right);
    case '-':
      return floatValue(left - right);
    case '*':
      return floatValue(left * right);
    case '/':
      return floatValue(left / right);
    case '%':
      return floatValue(left % right);
    case '^':
      return floatValue(left ** right);
    default:
      return boolValue(Number.isNaN(left) || Number.isNaN(right) ? false : compareBy(operator, left - right));
  }
}

type Integer = { readonly value: bigint | number };

function calculateIntegers(l: Integer, operator: BinaryOperator, r: Integer, make: (value: bigint) => Value): Value {
  const [left, right] = [BigInt(l.value), BigInt(r.value)];
  switch (operator) {
    case '+':
      return make(left + right);
    case '-':
      return make(left - right);
    case '*':
      return make(left * right);
    case '/':
      return make(left / right);
    case '%':
      return make(left % right);
    case '^':
      return make(raiseToPower(left, right));
    default:
      return boolValue(compareBy(operator, left < right ? -1 : left > right ? 1 : 0));
  }
}

/** Alloy's integer power, modulo 2^64. An exponent below two, except zero, returns the base. */
function raiseToPower(base: bigint, exponent: bigint): bigint {
  if (exponent === 0n || base === 1n) {
    return 1n;
  }
  if (exponent < 2n) {
    return base;
  }
  let result = 1n;
  let square = base;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) {
      result = BigInt.asUintN(64, result * square);
    }
    square = BigInt.asUintN(64, square * square);
  }
  return result;
}

/** Whether two values are equal by `==`. 3 equals 3.0; values of different types and functions are never equal. */
export function isEqual(left: Value, right: Value): boolean {
  if (left.type === 'null' && right.type === 'null') {
    return true;
  }
  if (left.type === 'number' && right.type === 'number') {
    // Comparing a bigint with a number is exact, but Alloy compares floats.
    return left.kind === 'float' || right.kind === 'float'
      ? Number(left.value) === Number(right.value)
      : BigInt.asIntN(64, BigInt(left.value)) === BigInt.asIntN(64, BigInt(right.value));
  }
  if (left.type === 'string' && right.type === 'string') {
    return left.value === right.value;
  }
  if (left.type === 'bool' && right.type === 'bool') {
    return left.value === right.value;
  }
  if (left.type === 'array' && right.type === 'array') {
    const { items } = right;
    return (
      left.items.length === items.length &&
      left.items.every((item, index) => {
        const other = items[index];
        return other !== undefined && isEqual(item, other);
      })
    );
  }
  if (left.type === 'object' && right.type === 'object') {
    const { fields } = right;
    return (
      left.fields.size === fields.size &&
      [...left.fields].every(([name, field]) => {
        const other = fields.get(name);
        return other !== undefined && isEqual(field, other);
      })
    );
  }
  return left.type === 'capsule' && right.type === 'capsule' && isEqualCapsule(left, right);
}

type AnyCapsule = Extract<Value, { type: 'capsule' }>;

function isEqualCapsule(left: AnyCapsule, right: AnyCapsule): boolean {
  if (left.holds === 'secret' && right.holds === 'secret') {
    return left.secret.reveal() === right.secret.reveal();
  }
  if (left.holds === 'target' && right.holds === 'target') {
    const { labels } = right;
    return left.labels.size === labels.size && [...left.labels].every(([name, label]) => labels.get(name) === label);
  }
  return (
    left.holds === 'export' && right.holds === 'export' && left.content !== undefined && left.content === right.content
  );
}
