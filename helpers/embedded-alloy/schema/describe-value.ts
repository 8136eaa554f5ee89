import { describeCapsule } from '../language/evaluation/convert.ts';
import type { Value } from '../language/evaluation/value.ts';
import { describeContent } from './capsules.ts';
import { describeObject, describeText, type SettingValue } from './settings.ts';

/** What Alloy's API shows in place of a secret. */
export const HIDDEN: SettingValue = { type: 'capsule', value: '(secret)' };

/** A value of the language in the JSON form of Alloy's API. */
export function describeValue(value: Value): SettingValue {
  switch (value.type) {
    case 'null':
      return { type: 'null', value: null };
    case 'string':
      return describeText(value.value);
    case 'number':
      return { type: 'number', value: Number(value.value) };
    case 'bool':
      return { type: 'bool', value: value.value };
    case 'array':
      return { type: 'array', value: value.items.map(describeValue) };
    case 'object':
      return describeObject(value.fields, describeValue);
    case 'function':
      return { type: 'function', value: 'function' };
    case 'capsule':
      if (value.holds === 'target') {
        return describeObject(value.labels, describeText);
      }
      return value.holds === 'secret'
        ? HIDDEN
        : { type: 'capsule', value: describeContent(value.content) ?? describeCapsule(value) };
  }
}
