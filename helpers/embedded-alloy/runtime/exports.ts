import {
  arrayValue,
  boolValue,
  floatValue,
  intValue,
  type ObjectValue,
  objectValue,
  stringValue,
  type Value,
} from '../language/evaluation/value.ts';
import { capsuleTypes, isCapsule } from '../schema/capsules.ts';

/** Converts the exports of a component to values of the language: capsules, targets and plain values. */
export function convertExports(exports: Readonly<Record<string, unknown>>): ObjectValue {
  return objectValue(new Map(Object.entries(exports).map(([name, value]) => [name, convertField(name, value)])));
}

function convertField(name: string, value: unknown): Value {
  if (name === 'rules') {
    return { type: 'capsule', holds: 'export', goType: 'relabel.Rules', content: undefined };
  }
  if (isCapsule(value)) {
    return { type: 'capsule', holds: 'export', goType: capsuleTypes[value.capsule], content: value };
  }
  if (Array.isArray(value) && value.every(isLabels)) {
    return arrayValue(
      value.map((labels) => ({ type: 'capsule', holds: 'target', labels: new Map(Object.entries(labels)) })),
    );
  }
  switch (typeof value) {
    case 'string':
      return stringValue(value);
    case 'boolean':
      return boolValue(value);
    case 'number':
      return Number.isSafeInteger(value) ? intValue(BigInt(value)) : floatValue(value);
    default:
      return { type: 'capsule', holds: 'export', goType: 'interface {}', content: undefined };
  }
}

function isLabels(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' && value !== null && Object.values(value).every((label) => typeof label === 'string')
  );
}
