import type { TypeName, Value } from '../language/evaluation/value.ts';

/**
 * The type of an attribute: what error messages call it, its zero value, and how a value of the language becomes the
 * plain value that a component receives.
 */
export type ValueType<T> = {
  /** The type that "expected X, got Y" names. */
  readonly name: TypeName;
  /** What an optional attribute without a default has when it is not written. */
  readonly zero: T;
  /** The type of a list's elements: `validate` looks into list literals with it. */
  readonly elements?: ValueType<unknown>;
  /** The type of a map's values: `validate` looks into object literals with it. */
  readonly values?: ValueType<unknown>;
  /** True where Alloy's own type is an interface: `validate` then accepts any list or object literal. */
  readonly opaque?: boolean;
  /** True for a capsule that an object literal can stand for, as a target. */
  readonly fromObject?: boolean;
  /** @throws ValueError when `value` can't become a `T`. */
  readonly decode: (value: Value) => T;
};

/** An attribute of a block: `name = expression`. */
export type AttributeField<T> = {
  readonly field: 'attribute';
  readonly type: ValueType<T>;
  readonly required: boolean;
  /** The value when the attribute is not written. */
  readonly initial: T;
};

/**
 * An inner block. `once` decodes to its object, or to `undefined` (or, with `absent: 'defaults'`, to its defaults) when
 * it is not written; `many` decodes to an array in the order of the file.
 */
export type BlockField<T> = {
  readonly field: 'block';
  readonly block: BlockSchema;
  readonly required: boolean;
  readonly repeats: 'once' | 'many';
  readonly absent: 'undefined' | 'defaults';
  /** Never set: carries the decoded type. */
  readonly decodes?: T;
};

export type Field<T> = AttributeField<T> | BlockField<T>;

/**
 * The shape of a block: its attributes and inner blocks in the order of Alloy's own argument structure (the order in
 * which missing ones are reported), and the check that runs after its values have been decoded.
 */
export type BlockSchema<Args = unknown> = {
  readonly fields: Readonly<Record<string, Field<unknown>>>;
  /** Returns Alloy's message for arguments that contradict each other, or undefined. */
  check?(args: Args): string | undefined;
  /** Never set: carries the decoded type. */
  readonly decodes?: Args;
};

/**
 * What a block of this schema decodes to: every attribute under its own name (durations in milliseconds, sizes in
 * bytes, secrets wrapped), every inner block as an object or an array.
 */
export type Decoded<Schema> = Schema extends BlockSchema<infer Args> ? Args : never;

/** Declares a block. */
export function block<Args extends object>(
  fields: { readonly [Name in keyof Args]: Field<Args[Name]> },
  check?: (args: Args) => string | undefined,
): BlockSchema<Args> {
  return check === undefined ? { fields } : { fields, check };
}

/** The attribute or block of that name; undefined where the schema has none. */
export function findField(schema: BlockSchema, name: string): Field<unknown> | undefined {
  return Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined;
}

/** An attribute that must be written. */
export function required<T>(type: ValueType<T>): AttributeField<T> {
  return { field: 'attribute', type, required: true, initial: type.zero };
}

/** An attribute that may be left out; it is then `initial`, or the zero value of its type. */
export function optional<T>(type: ValueType<T>, initial: T = type.zero): AttributeField<T> {
  return { field: 'attribute', type, required: false, initial };
}

/** An attribute that may be left out; it is then undefined, which differs from its zero value. */
export function unset<T>(type: ValueType<T>): AttributeField<T | undefined> {
  return { field: 'attribute', type, required: false, initial: undefined };
}

/** An inner block that must be written exactly once. */
export function requiredBlock<Args extends object>(schema: BlockSchema<Args>): BlockField<Args> {
  return { field: 'block', block: schema, required: true, repeats: 'once', absent: 'undefined' };
}

/** An inner block that may be written once; undefined when it is not. */
export function optionalBlock<Args extends object>(schema: BlockSchema<Args>): BlockField<Args | undefined> {
  return { field: 'block', block: schema, required: false, repeats: 'once', absent: 'undefined' };
}

/** An inner block that may be written once; all its defaults when it is not. */
export function defaultedBlock<Args extends object>(schema: BlockSchema<Args>): BlockField<Args> {
  return { field: 'block', block: schema, required: false, repeats: 'once', absent: 'defaults' };
}

/** An inner block that may be written any number of times. */
export function repeatedBlock<Args extends object>(schema: BlockSchema<Args>): BlockField<readonly Args[]> {
  return { field: 'block', block: schema, required: false, repeats: 'many', absent: 'undefined' };
}

/** An inner block that must be written at least once. */
export function requiredRepeatedBlock<Args extends object>(schema: BlockSchema<Args>): BlockField<readonly Args[]> {
  return { ...repeatedBlock(schema), required: true };
}
