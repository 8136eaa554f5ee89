import type { Secret } from './secret.ts';

/** The types of the Alloy language, as its error messages name them. */
export type TypeName = 'null' | 'number' | 'string' | 'bool' | 'array' | 'object' | 'function' | 'capsule';

export type NullValue = { readonly type: 'null' };
/** Integers are exact to 64 bits (`int` signed, `uint` only above the signed range); `float` is a double. */
export type NumberValue =
  | { readonly type: 'number'; readonly kind: 'int' | 'uint'; readonly value: bigint }
  | { readonly type: 'number'; readonly kind: 'float'; readonly value: number };
export type StringValue = { readonly type: 'string'; readonly value: string };
export type BoolValue = { readonly type: 'bool'; readonly value: boolean };
export type ArrayValue = { readonly type: 'array'; readonly items: readonly Value[] };
export type ObjectValue = { readonly type: 'object'; readonly fields: ReadonlyMap<string, Value> };
export type FunctionValue = {
  readonly type: 'function';
  readonly name: string;
  readonly call: (args: readonly Value[], self: FunctionValue) => Value;
};
/** A value that the language only passes along: a secret, a discovery target, or the export of a component. */
export type CapsuleValue = { readonly type: 'capsule' } & (
  | { readonly holds: 'secret'; readonly secret: Secret }
  | { readonly holds: 'target'; readonly labels: ReadonlyMap<string, string> }
  /** `goType` is what Alloy calls the type of `content`, which only components read. */
  | { readonly holds: 'export'; readonly goType: string; readonly content: unknown }
);

/**
 * A value of the Alloy language. Its identity matters: errors use it to find the expression that the value came from.
 */
export type Value =
  | NullValue
  | NumberValue
  | StringValue
  | BoolValue
  | ArrayValue
  | ObjectValue
  | FunctionValue
  | CapsuleValue;

/** A new null. */
export function nullValue(): NullValue {
  return { type: 'null' };
}

/** A new string value. */
export function stringValue(value: string): StringValue {
  return { type: 'string', value };
}

/** A new bool value. */
export function boolValue(value: boolean): BoolValue {
  return { type: 'bool', value };
}

/** A new signed integer, wrapped to 64 bits as Go's int64 arithmetic does. */
export function intValue(value: bigint): NumberValue {
  return { type: 'number', kind: 'int', value: BigInt.asIntN(64, value) };
}

/** A new unsigned integer, wrapped to 64 bits as Go's uint64 arithmetic does. */
export function uintValue(value: bigint): NumberValue {
  return { type: 'number', kind: 'uint', value: BigInt.asUintN(64, value) };
}

/** A new floating-point number. */
export function floatValue(value: number): NumberValue {
  return { type: 'number', kind: 'float', value };
}

/** A new array. */
export function arrayValue(items: readonly Value[]): ArrayValue {
  return { type: 'array', items };
}

/** A new object. */
export function objectValue(fields: ReadonlyMap<string, Value>): ObjectValue {
  return { type: 'object', fields };
}
