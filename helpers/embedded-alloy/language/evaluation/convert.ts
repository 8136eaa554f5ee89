import { quote } from '../syntax/quote.ts';
import { formatNumber } from './number-text.ts';
import { createSecret, type Secret } from './secret.ts';
import type { Value } from './value.ts';
import { createTypeError, locateError, ValueError } from './value-error.ts';

/** Reads a value where a string is expected. Numbers become strings, secrets do not. @throws ValueError */
export function readText(value: Value): string {
  switch (value.type) {
    case 'null':
      return '';
    case 'string':
      return value.value;
    case 'number':
      return formatNumber(value);
    case 'capsule':
      if (value.holds === 'secret') {
        throw new ValueError(value, 'secrets may not be converted into strings');
      }
      if (value.holds === 'target') {
        throw new ValueError(value, "target::ConvertInto: conversion to '*string' is not supported");
      }
      throw createTypeError(value, 'string');
    default:
      throw createTypeError(value, 'string');
  }
}

/** Reads a value where a secret is expected. Strings become secrets, never the other way round. @throws ValueError */
export function readSecret(value: Value): Secret {
  if (value.type === 'null') {
    return createSecret('');
  }
  if (value.type === 'string') {
    return createSecret(value.value);
  }
  if (value.type === 'capsule' && value.holds === 'secret') {
    return value.secret;
  }
  throw createCapsuleError(value, 'alloytypes.Secret');
}

/** Reads a value where a list is expected, each element with `readItem`. @throws ValueError */
export function readList<T>(value: Value, readItem: (item: Value) => T): readonly T[] {
  if (value.type === 'null') {
    return [];
  }
  if (value.type !== 'array') {
    throw createTypeError(value, 'array');
  }
  return value.items.map((item, index) => locateError(value, `[${index}]`, () => readItem(item)));
}

/** The error for a value that should be a capsule of the type that Alloy calls `goType`. */
export function createCapsuleError(value: Value, goType: string): ValueError {
  return value.type === 'capsule'
    ? new ValueError(value, `expected capsule(${quote(goType)}), got ${describeCapsule(value)}`)
    : createTypeError(value, 'capsule');
}

/** A capsule as Alloy's messages show it: `capsule("otelcol.Consumer")`. */
export function describeCapsule(value: Extract<Value, { type: 'capsule' }>): string {
  const names = { secret: 'alloytypes.Secret', target: 'discovery.Target' };
  return `capsule(${quote(value.holds === 'export' ? value.goType : names[value.holds])})`;
}
