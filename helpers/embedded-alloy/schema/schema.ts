import type { TypeName, Value } from '../language/evaluation/value.ts';
import type { SettingValue } from './settings.ts';

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
  /** The decoded value in the JSON form of Alloy's API. */
  describe(value: T): SettingValue;
  /** Whether two decoded values are the same, where `===` doesn't tell. */
  equals?(a: T, b: T): boolean;
};

/**
 * When Alloy's API shows an attribute or block. `changed`: unless it has its default; lists and maps are shown as soon as they
 * are set. `set`: if the configuration has it. `always`: also with its default, as Alloy holds it as a pointer.
 */
export type Shown = 'changed' | 'set' | 'always';

/** An attribute of a block: `name = expression`. */
export type AttributeField<T> = {
  readonly field: 'attribute';
  readonly type: ValueType<T>;
  readonly required: boolean;
  /** The value if the attribute is missing. */
  readonly initial: T;
  readonly shown: Shown;
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
  readonly shown: Shown;
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
  /** Sets what follows from other arguments, as Alloy's own check does. */
  complete?(args: Args): Args;
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
  complete?: (args: Args) => Args,
): BlockSchema<Args> {
  return { fields, ...(check !== undefined && { check }), ...(complete !== undefined && { complete }) };
}

/** The attribute or block with that name; undefined if the schema has none. */
export function findField(schema: BlockSchema, name: string): Field<unknown> | undefined {
  return Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined;
}

/** A required attribute. */
export function required<T>(type: ValueType<T>): AttributeField<T> {
  return { field: 'attribute', type, required: true, initial: type.zero, shown: 'always' };
}

/** An optional attribute; if it is missing, it is `initial` or the zero value of its type. */
export function optional<T>(type: ValueType<T>, initial: T = type.zero, shown: Shown = 'changed'): AttributeField<T> {
  return { field: 'attribute', type, required: false, initial, shown };
}

/** A required inner block. */
export function requiredBlock<Args extends object>(schema: BlockSchema<Args>): BlockField<Args> {
  return { field: 'block', block: schema, required: true, repeats: 'once', absent: 'undefined', shown: 'set' };
}

/** An optional inner block; undefined if it is missing. */
export function optionalBlock<Args extends object>(schema: BlockSchema<Args>): BlockField<Args | undefined> {
  return { field: 'block', block: schema, required: false, repeats: 'once', absent: 'undefined', shown: 'set' };
}

/** An optional inner block; its defaults if it is missing. */
export function defaultedBlock<Args extends object>(
  schema: BlockSchema<Args>,
  shown: Shown = 'changed',
): BlockField<Args> {
  return { field: 'block', block: schema, required: false, repeats: 'once', absent: 'defaults', shown };
}

/** An inner block that may occur any number of times. */
export function repeatedBlock<Args extends object>(schema: BlockSchema<Args>): BlockField<readonly Args[]> {
  return { field: 'block', block: schema, required: false, repeats: 'many', absent: 'undefined', shown: 'set' };
}

/** An inner block that must occur at least once. */
export function requiredRepeatedBlock<Args extends object>(schema: BlockSchema<Args>): BlockField<readonly Args[]> {
  return { ...repeatedBlock(schema), required: true };
}
