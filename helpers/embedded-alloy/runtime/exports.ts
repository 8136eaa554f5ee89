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
import type { Capsule } from '../schema/component.ts';

/** What expressions see of a component's exports: capsules, targets and plain values. */
export function exportedValue(exports: Readonly<Record<string, unknown>>): ObjectValue {
  return objectValue(new Map(Object.entries(exports).map(([name, value]) => [name, exportedField(name, value)])));
}

function exportedField(name: string, value: unknown): Value {
  if (name === 'rules') {
    return { type: 'capsule', holds: 'other', goType: 'relabel.Rules' };
  }
  if (isCapsule(value)) {
    return { type: 'capsule', holds: 'capsule', capsule: value };
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
      return { type: 'capsule', holds: 'other', goType: 'interface {}' };
  }
}

function isCapsule(value: unknown): value is Capsule {
  // A target may have a label of any name, but its values are text.
  return (
    typeof value === 'object' &&
    value !== null &&
    'capsule' in value &&
    (('consumer' in value && typeof value.consumer === 'function') ||
      ('headers' in value && typeof value.headers === 'function'))
  );
}

function isLabels(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' && value !== null && Object.values(value).every((label) => typeof label === 'string')
  );
}
