import type { TypeName, Value } from '../language/evaluation/value.ts';

/**
 * The type of an attribute: its name in error messages, its zero value, and how a value of the language becomes the
 * plain value that a component gets.
 */
export type ValueType<T> = {
  /** The type name in "expected X, got Y". */
  readonly name: TypeName;
  /** The value of an optional attribute that is missing and has no default. */
  readonly zero: T;
  /** The type of the elements of a list, for the literals that `validate` checks. */
  readonly elements?: ValueType<unknown>;
  /** The type of the values of a map, for the literals that `validate` checks. */
  readonly values?: ValueType<unknown>;
  /** True if the type is an interface in Alloy: `validate` then accepts any list or object literal. */
  readonly opaque?: boolean;
  /** True for a capsule that can be written as an object literal, like a target. */
  readonly fromObject?: boolean;
  /** @throws ValueError when `value` can't become a `T`. */
  readonly decode: (value: Value) => T;
};

/** An attribute of a block: `name = expression`. */
export type AttributeField<T> = {
  readonly field: 'attribute';
  readonly type: ValueType<T>;
  readonly required: boolean;
  /** The value if the attribute is missing. */
  readonly initial: T;
};

/**
 * An inner block. `once` decodes to its object; if it is missing, to `undefined` or, with `absent: 'defaults'`, to its
 * defaults. `many` decodes to an array in file order.
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
 * The schema of a block: its attributes and inner blocks, in the order of Alloy's own argument struct (in which missing
 * ones are reported), and a check of the decoded values.
 */
export type BlockSchema<Args = unknown> = {
  readonly fields: Readonly<Record<string, Field<unknown>>>;
  /** Returns Alloy's message for arguments that contradict each other, or undefined. */
  check?(args: Args): string | undefined;
  /** Never set: carries the decoded type. */
  readonly decodes?: Args;
};

/**
 * The decoded form of a block: each attribute under its name (durations in milliseconds, sizes in bytes, secrets
 * wrapped), each inner block as an object or array.
 */
export type DecodedBlock<Schema> = Schema extends BlockSchema<infer Args> ? Args : never;

/** Declares a block. */
export function block<Args extends object>(
  fields: { readonly [Name in keyof Args]: Field<Args[Name]> },
  check?: (args: Args) => string | undefined,
): BlockSchema<Args> {
  return check === undefined ? { fields } : { fields, check };
}

/** The attribute or block with that name; undefined if the schema has none. */
export function findField(schema: BlockSchema, name: string): Field<unknown> | undefined {
  return Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined;
}

/** A required attribute. */
export function required<T>(type: ValueType<T>): AttributeField<T> {
  return { field: 'attribute', type, required: true, initial: type.zero };
}

/** An optional attribute; if it is missing, it is `initial` or the zero value of its type. */
export function optional<T>(type: ValueType<T>, initial: T = type.zero): AttributeField<T> {
  return { field: 'attribute', type, required: false, initial };
}

/** A required inner block. */
export function requiredBlock<Args extends object>(schema: BlockSchema<Args>): BlockField<Args> {
  return { field: 'block', block: schema, required: true, repeats: 'once', absent: 'undefined' };
}

/** An optional inner block; undefined if it is missing. */
export function optionalBlock<Args extends object>(schema: BlockSchema<Args>): BlockField<Args | undefined> {
  return { field: 'block', block: schema, required: false, repeats: 'once', absent: 'undefined' };
}

/** An optional inner block; its defaults if it is missing. */
export function defaultedBlock<Args extends object>(schema: BlockSchema<Args>): BlockField<Args> {
  return { field: 'block', block: schema, required: false, repeats: 'once', absent: 'defaults' };
}

/** An inner block that may occur any number of times. */
export function repeatedBlock<Args extends object>(schema: BlockSchema<Args>): BlockField<readonly Args[]> {
  return { field: 'block', block: schema, required: false, repeats: 'many', absent: 'undefined' };
}

/** An inner block that must occur at least once. */
export function requiredRepeatedBlock<Args extends object>(schema: BlockSchema<Args>): BlockField<readonly Args[]> {
  return { ...repeatedBlock(schema), required: true };
}
