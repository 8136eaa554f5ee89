import { describeError } from '../language/describe-error.ts';
import { createCapsuleError, describeCapsule, readList, readSecret, readText } from '../language/evaluation/convert.ts';
import { formatNumberAsGo } from '../language/evaluation/number-text.ts';
import { createSecret, type Secret } from '../language/evaluation/secret.ts';
import { type NumberValue, nullValue, type TypeName, type Value } from '../language/evaluation/value.ts';
import { createTypeError, locateError, ValueError } from '../language/evaluation/value-error.ts';
import { describeValue, HIDDEN } from './describe-value.ts';
import { formatDuration, parseDuration } from './duration.ts';
import type { ValueType } from './schema.ts';
import { describeObject, describeText, type SettingValue } from './settings.ts';
import { formatSize, parseSize } from './size.ts';

/** The labels of a target or of a series. */
export type Labels = Readonly<Record<string, string>>;

/** A string. Numbers become strings; secrets do not. */
export const string: ValueType<string> = { name: 'string', zero: '', decode: readText, describe: describeText };

/** `true` or `false`. */
export const bool: ValueType<boolean> = {
  name: 'bool',
  zero: false,
  decode(value) {
    if (value.type === 'null') {
      return false;
    }
    if (value.type !== 'bool') {
      throw createTypeError(value, 'bool');
    }
    return value.value;
  },
  describe: (value) => ({ type: 'bool', value }),
};

/** A signed 64-bit integer. As in Alloy, fractions are truncated and values out of range wrap. */
export const int: ValueType<number> = integer((value) => BigInt.asIntN(64, value));

/** An unsigned 64-bit integer. As in Alloy, fractions are truncated and values out of range wrap. */
export const uint: ValueType<number> = integer((value) => BigInt.asUintN(64, value));

/** An unsigned 32-bit integer. As in Alloy, fractions are truncated and values out of range wrap. */
export const uint32: ValueType<number> = integer((value) => BigInt.asUintN(32, value));

/** A floating-point number. */
export const float: ValueType<number> = {
  name: 'number',
  zero: 0,
  decode: (value) => (value.type === 'null' ? 0 : Number(decodeNumber(value).value)),
  describe: describeNumber,
};

/** A Go duration, decoded to milliseconds. */
export const duration: ValueType<number> = text(parseDuration, 0, formatDuration);

/** A size in powers of 1024, decoded to bytes. */
export const size: ValueType<number> = text(parseSize, 0, formatSize);

/** A string that is hidden wherever it is printed. Strings become secrets, never the other way round. */
export const secret: ValueType<Secret> = {
  name: 'capsule',
  zero: createSecret(''),
  decode: readSecret,
  describe: () => HIDDEN,
  equals: (a, b) => a.reveal() === b.reveal(),
};

/** Any value, unchanged. */
export const any: ValueType<Value> = {
  name: 'capsule',
  zero: nullValue(),
  opaque: true,
  decode: (value) => value,
  describe: describeValue,
};

/** An object whose fields have types of their own. `alloy validate` accepts no object literal for it. */
export const object: ValueType<Value> = {
  name: 'object',
  zero: nullValue(),
  decode(value) {
    if (value.type !== 'object' && value.type !== 'null') {
      throw createTypeError(value, 'object');
    }
    return value;
  },
  describe: describeValue,
};

/** A discovery target: an object of labels. */
export const target: ValueType<Labels> = {
  name: 'capsule',
  zero: {},
  fromObject: true,
  decode(value) {
    if (value.type === 'null') {
      return {};
    }
    if (value.type === 'capsule' && value.holds === 'target') {
      return Object.fromEntries(value.labels);
    }
    if (value.type === 'object') {
      return Object.fromEntries([...value.fields].map(([name, field]) => [name, formatForTarget(field)]));
    }
    throw value.type === 'capsule'
      ? createCapsuleError(value, 'discovery.Target')
      : new ValueError(value, `target::ConvertFrom: conversion from '${nameGoType(value)}' is not supported`);
  },
  describe: (labels) => describeObject(Object.entries(labels), describeText),
};

/** A list. */
export function list<T>(elements: ValueType<T>): ValueType<readonly T[]> {
  return {
    name: 'array',
    zero: [],
    elements,
    decode: (value) => readList(value, elements.decode),
    describe: (items) => ({ type: 'array', value: items.map((item) => elements.describe(item)) }),
  };
}

/** An object whose values all have one type. */
export function map<T>(values: ValueType<T>): ValueType<Readonly<Record<string, T>>> {
  return {
    name: 'object',
    zero: {},
    values,
    decode(value) {
      if (value.type === 'null') {
        return {};
      }
      const entries = readFields(value);
      return Object.fromEntries(
        entries.map(([name, field]) => [name, locateError(value, `.${name}`, () => values.decode(field))]),
      );
    },
    describe: (fields) => describeObject(Object.entries(fields), (value) => values.describe(value)),
  };
}

/** A string that `parse` converts, and `format` back. The messages of the errors that `parse` throws are Alloy's. */
export function text<T>(parse: (text: string) => T, zero: T, format: (value: T) => string = String): ValueType<T> {
  return {
    name: 'string',
    zero,
    decode(value) {
      if (value.type === 'null') {
        return zero;
      }
      const written = readText(value);
      try {
        return parse(written);
      } catch (error) {
        throw new ValueError(value, describeError(error));
      }
    },
    describe: (value) => describeText(format(value)),
  };
}

/** A string that must be one of `allowed`; `describe` returns Alloy's message for any other. `zero` stands for null. */
export function choice<const T extends string, const Zero extends string>(
  allowed: readonly T[],
  zero: Zero,
  describe: (text: string) => string,
): ValueType<T | Zero> {
  return text<T | Zero>((written) => {
    const found = allowed.find((candidate) => candidate === written);
    if (found === undefined) {
      throw new Error(describe(written));
    }
    return found;
  }, zero);
}

/** A string that must be one of `allowed`, ignoring case; `describe` gets it in lower case. */
export function caseless(allowed: readonly string[], describe: (text: string) => string): ValueType<string> {
  return text((written) => {
    const lower = written.toLowerCase();
    if (!allowed.includes(lower)) {
      throw new Error(describe(lower));
    }
    return lower;
  }, '');
}

function integer(wrap: (value: bigint) => bigint): ValueType<number> {
  return {
    name: 'number',
    zero: 0,
    decode: (value) => (value.type === 'null' ? 0 : Number(wrap(truncateNumber(decodeNumber(value))))),
    describe: describeNumber,
  };
}

function describeNumber(value: number): SettingValue {
  return { type: 'number', value };
}

function truncateNumber(number: NumberValue): bigint {
  if (number.kind !== 'float') {
    return number.value;
  }
  return Number.isFinite(number.value) ? BigInt(Math.trunc(number.value)) : -(2n ** 63n);
}

function decodeNumber(value: Value): NumberValue {
  if (value.type === 'number') {
    return value;
  }
  const parsed = value.type === 'string' ? parseNumber(value.value) : undefined;
  if (parsed === undefined) {
    throw createTypeError(value, 'number');
  }
  return parsed;
}

/** Parses a string where a number is expected, as Alloy does: signed, with a fraction or exponent, or unsigned. */
function parseNumber(written: string): NumberValue | undefined {
  if (/^-\d+$/.test(written) && BigInt(written) >= -(2n ** 63n)) {
    return { type: 'number', kind: 'int', value: BigInt(written) };
  }
  if (!written.startsWith('-') && /[.eE]/.test(written)) {
    const float = /^\+?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(written) ? Number(written) : Number.NaN;
    return Number.isFinite(float) ? { type: 'number', kind: 'float', value: float } : undefined;
  }
  if (/^\d+$/.test(written) && BigInt(written) < 2n ** 64n) {
    return { type: 'number', kind: 'uint', value: BigInt(written) };
  }
  return undefined;
}

function readFields(value: Value): readonly (readonly [string, Value])[] {
  if (value.type === 'object') {
    return [...value.fields];
  }
  if (value.type === 'capsule' && value.holds === 'target') {
    return [...value.labels].map(([name, label]) => [name, { type: 'string', value: label }]);
  }
  throw createTypeError(value, 'object');
}

/** Formats a value inside a target like Go's `%v`. */
function formatForTarget(value: Value): string {
  switch (value.type) {
    case 'null':
      return '<nil>';
    case 'string':
      return value.value;
    case 'number':
      return formatNumberAsGo(value);
    case 'bool':
      return String(value.value);
    case 'array':
      return `[${value.items.map(formatForTarget).join(' ')}]`;
    case 'object':
      return `map[${[...value.fields].map(([name, field]) => `${name}:${formatForTarget(field)}`).join(' ')}]`;
    case 'capsule':
      return value.holds === 'secret' ? '(secret)' : describeCapsule(value);
    case 'function':
      return 'function';
  }
}

function nameGoType(value: Value): string {
  const names: Readonly<Record<TypeName, string>> = {
    null: '<nil>',
    number: value.type === 'number' ? { int: 'int64', uint: 'uint64', float: 'float64' }[value.kind] : '',
    string: 'string',
    bool: 'bool',
    array: '[]value.Value',
    object: 'map[string]value.Value',
    function: 'value.RawFunction',
    capsule: 'capsule',
  };
  return names[value.type];
}
