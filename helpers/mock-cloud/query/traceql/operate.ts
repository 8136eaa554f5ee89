import { RE2JS } from 're2js';
import { QueryError } from '../language/query-error.ts';
import { type BinaryOperator, type CALCULATIONS, isBooleanOperator, type UnaryOperator } from './expression.ts';
import { FALSE, isTrue, type Scalar, type Static, TRUE, toNumber } from './static.ts';
import { areMatchingTypes, getType, isNumeric, isValidOperand } from './types.ts';

/**
 * The result of a binary operation: false for operands whose types don't go together; a missing value is neither equal nor
 * unequal. Throws {@link QueryError} for a division by zero and for an operation on two lists, as Tempo fails.
 */
export function operate(operator: BinaryOperator, left: Static, right: Static): Static {
  const [a, b] = [getType(left), getType(right)];
  if (!areMatchingTypes(a, b) || !isValidOperand(operator, a) || !isValidOperand(operator, b)) return FALSE;
  if (left.type === 'nil' || right.type === 'nil') return FALSE;
  if (left.type === 'list' || right.type === 'list') return toStatic(compareList(operator, left, right));
  switch (operator) {
    case '&&':
      return toStatic(isTrue(left) && isTrue(right));
    case '||':
      return toStatic(isTrue(left) || isTrue(right));
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '^':
      return calculate(operator, left, right);
    default:
      return toStatic(compare(operator, left, right));
  }
}

/** The result of a unary operation. Throws {@link QueryError} for an operand of another type, as Tempo fails. */
export function operateUnary(operator: UnaryOperator, operand: Static): Static {
  switch (operator) {
    case 'exists':
      return toStatic(operand.type !== 'nil');
    // The storage pass marks a missing attribute with this text.
    case 'not exists':
      return toStatic(operand.type === 'string' && operand.value === 'nil');
    case '!':
      if (operand.type === 'bool') return toStatic(!operand.value);
      throw new QueryError(`expected a boolean, but got ${operand.type}`, 'execution');
    case '-':
      if (operand.type === 'float') return { type: 'float', value: -operand.value };
      if (operand.type === 'int' || operand.type === 'duration') return { type: operand.type, value: -operand.value };
      throw new QueryError(`expected a numeric, but got ${operand.type}`, 'execution');
  }
}

function toStatic(value: boolean): Scalar {
  return value ? TRUE : FALSE;
}

const ITEM_OPERATORS: Partial<Record<BinaryOperator, BinaryOperator>> = {
  in: '=',
  'not in': '!=',
  'match any': '=~',
  'match none': '!~',
};

/** Of a list any item must match; for `!=` and `!~`, all of them. */
function compareList(operator: BinaryOperator, left: Static, right: Static): boolean {
  if (left.type === 'list' && right.type === 'list') {
    throw new QueryError('array operators must consist of a scalar and an array operand', 'execution');
  }
  if (!isBooleanOperator(operator)) throw new QueryError('unsupported operation', 'execution');
  const forItem = ITEM_OPERATORS[operator] ?? operator;
  const items = left.type === 'list' ? left.items : right.type === 'list' ? right.items : [];
  const matches = (item: Scalar) =>
    isTrue(left.type === 'list' ? operate(forItem, item, right) : operate(forItem, left, item));
  return forItem === '!=' || forItem === '!~' ? items.every(matches) : items.some(matches);
}

function compare(operator: BinaryOperator, left: Scalar, right: Scalar): boolean {
  if (operator === '=' || operator === '!=') return areEqual(left, right) === (operator === '=');
  if (operator === '=~' || operator === '!~') return matchesText(right, left) === (operator === '=~');
  const order = compareOrder(left, right);
  if (operator === '>') return order > 0;
  if (operator === '>=') return order >= 0;
  return operator === '<' ? order < 0 : order <= 0;
}

function areEqual(left: Scalar, right: Scalar): boolean {
  const areNumbers = isNumeric(left.type) && isNumeric(right.type);
  if (areNumbers && (left.type === 'float' || right.type === 'float')) return toNumber(left) === toNumber(right);
  return (areNumbers || left.type === right.type) && left.value === right.value;
}

/** Negative, zero or positive; NaN if the values have no order. Strings compare by their bytes. */
export function compareOrder(left: Scalar, right: Scalar): number {
  if (left.type === 'string' && right.type === 'string') {
    return Buffer.compare(Buffer.from(left.value), Buffer.from(right.value));
  }
  if (left.type === 'int' && right.type === 'int') return Number(left.value - right.value);
  const [a, b] = [toNumber(left), toNumber(right)];
  return a === b ? 0 : a - b;
}

/** The compiled expressions of literals. */
const compiled = new WeakMap<Scalar, RE2JS>();

/** Whether a whole text matches the regular expression of a literal, in which `.` matches a line end too. */
function matchesText(literal: Scalar, text: Scalar): boolean {
  const expression = compiled.get(literal) ?? RE2JS.compile(`^(?s:${literal.value})$`);
  compiled.set(literal, expression);
  return expression.matches(String(text.value));
}

/** Two integers make an integer of 64 bits, all other numbers a float. */
function calculate(operator: (typeof CALCULATIONS)[number], left: Scalar, right: Scalar): Static {
  if (left.type === 'int' && right.type === 'int') {
    return { type: 'int', value: BigInt.asIntN(64, calculateInt(operator, left.value, right.value)) };
  }
  return { type: 'float', value: calculateFloat(operator, toNumber(left), toNumber(right)) };
}

function calculateInt(operator: string, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
    case '%':
      if (b === 0n) throw new QueryError(operator === '/' ? 'division by zero' : 'modulo by zero', 'execution');
      return operator === '/' ? a / b : a % b;
    default: {
      // Tempo 3.0 takes the operands of a power of two integers in reverse: there 2^3 is 9.
      const power = Math.trunc(Number(b) ** Number(a));
      return Math.abs(power) < 2 ** 63 ? BigInt(power) : -(2n ** 63n);
    }
  }
}

function calculateFloat(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    default:
      return a ** b;
  }
}
