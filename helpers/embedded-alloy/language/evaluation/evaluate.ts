import { type Expression, findEnd, findIdentifierEnd, findStart, type Identifier } from '../syntax/ast.ts';
import { createError, DiagnosticError } from '../syntax/diagnostic.ts';
import { formatExpression } from '../syntax/print.ts';
import { quote } from '../syntax/quote.ts';
import type { SourceFile } from '../syntax/source.ts';
import { readLiteral } from './literal.ts';
import { applyBinary, applyUnary } from './operators.ts';
import { arrayValue, nullValue, objectValue, stringValue, type Value } from './value.ts';
import { createTypeError, ValueError } from './value-error.ts';

/** The names that expressions can use, and the file they are in. */
export type Scope = { readonly file: SourceFile; readonly lookup: (name: string) => Value | undefined };

/** The expression that each value came from, so that an error about the value can point to it. */
export type Origins = Map<Value, Expression>;

/**
 * Evaluates an expression.
 * @throws ValueError about a value (see {@link locateValueError}); DiagnosticError about a name that does not exist
 */
export function evaluate(scope: Scope, origins: Origins, expression: Expression): Value {
  const value = compute(scope, origins, expression);
  if (value.type !== 'null') {
    origins.set(value, expression);
  }
  return value;
}

function compute(scope: Scope, origins: Origins, expression: Expression): Value {
  const evaluateInner = (inner: Expression): Value => evaluate(scope, origins, inner);
  switch (expression.kind) {
    case 'literal':
      return readLiteral(expression);
    case 'paren':
      return evaluateInner(expression.inner);
    case 'array':
      return arrayValue(expression.elements.map(evaluateInner));
    case 'object':
      return objectValue(new Map(expression.fields.map((field) => [field.name.name, evaluateInner(field.value)])));
    case 'identifier': {
      const { name } = expression.identifier;
      const value = scope.lookup(name);
      if (value === undefined) {
        throw createMissingError(scope, expression.identifier, `identifier ${quote(name)} does not exist`);
      }
      return value;
    }
    case 'access':
      return readField(scope, evaluateInner(expression.value), expression.name);
    case 'index': {
      const value = evaluateInner(expression.value);
      return readElement(value, evaluateInner(expression.index));
    }
    case 'call': {
      const callee = evaluateInner(expression.value);
      if (callee.type !== 'function') {
        throw createTypeError(callee, 'function');
      }
      return callee.call(expression.args.map(evaluateInner), callee);
    }
    case 'unary':
      return applyUnary(expression.operator, evaluateInner(expression.value));
    case 'binary': {
      const left = evaluateInner(expression.left);
      return applyBinary(left, expression.operator, evaluateInner(expression.right));
    }
  }
}

function createMissingError(scope: Scope, name: Identifier, message: string): DiagnosticError {
  return new DiagnosticError([createError(scope.file, name.offset, findIdentifierEnd(name), message)]);
}

/** The fields of an object or a target; undefined for any other value. */
export function readFields(value: Value): ReadonlyMap<string, Value> | undefined {
  if (value.type === 'object') {
    return value.fields;
  }
  return value.type === 'capsule' && value.holds === 'target'
    ? new Map([...value.labels].map(([name, label]) => [name, stringValue(label)]))
    : undefined;
}

function readField(scope: Scope, value: Value, name: Identifier): Value {
  const fields = readFields(value);
  if (fields !== undefined) {
    const field = fields.get(name.name);
    if (field === undefined) {
      throw createMissingError(scope, name, `field ${quote(name.name)} does not exist`);
    }
    return field;
  }
  throw new ValueError(
    value,
    value.type === 'capsule'
      ? 'expected object or array or a capsule convertible to an object, got capsule'
      : `cannot access field ${quote(name.name)} on value of type ${value.type}`,
  );
}

function readElement(value: Value, index: Value): Value {
  if (value.type === 'array') {
    if (index.type !== 'number') {
      throw createTypeError(index, 'number');
    }
    const position = Math.trunc(Number(index.value));
    const item = value.items[position];
    if (item === undefined) {
      throw new ValueError(index, `index ${position} is out of range of array with length ${value.items.length}`);
    }
    return item;
  }
  const fields = readFields(value);
  if (fields === undefined) {
    const wanted =
      value.type === 'capsule' ? 'object or array or a capsule convertible to an object' : 'object or array';
    throw new ValueError(value, `expected ${wanted}, got ${value.type}`);
  }
  if (index.type !== 'string') {
    throw createTypeError(index, 'string');
  }
  return fields.get(index.value) ?? nullValue();
}

/**
 * Locates a ValueError in the file: at the innermost expression on the path to the wrong value, followed by the rest of
 * the path. Undefined if no value on the path came from an expression.
 */
export function locateValueError(file: SourceFile, origins: Origins, error: ValueError): DiagnosticError | undefined {
  let node: Expression | undefined;
  let direct = false;
  let way = '';
  for (const { container, access: step } of [...error.path, { container: error.value, access: '' }]) {
    way += step;
    const origin = origins.get(container);
    if (origin !== undefined) {
      // A step that the file spells out need not be repeated.
      way = direct ? '' : way;
      node = origin;
    }
    direct = origin !== undefined;
  }
  if (node === undefined) {
    return undefined;
  }
  const message = `${formatExpression(file, node)}${way} ${error.detail}`;
  return new DiagnosticError([createError(file, findStart(node), findEnd(node), message)]);
}
