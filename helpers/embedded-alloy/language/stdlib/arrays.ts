import { readFields } from '../evaluation/evaluate.ts';
import { isEqual } from '../evaluation/operators.ts';
import {
  type ArrayValue,
  arrayValue,
  type FunctionValue,
  objectValue,
  stringValue,
  type Value,
} from '../evaluation/value.ts';
import { createTypeError, locateError, ValueError } from '../evaluation/value-error.ts';
import { defineRawFunction } from './function.ts';

/** `array.concat`: joins arrays. */
export const concat: FunctionValue = defineRawFunction('concat', (args) => {
  const arrays = args.map(requireArray);
  const [only] = arrays;
  return arrays.length === 1 && only !== undefined ? only : arrayValue(arrays.flatMap(({ items }) => items));
});

/** `array.combine_maps` (experimental): joins the objects of two arrays that agree on the given fields. */
export const combineMaps: FunctionValue = defineRawFunction('combine_maps', (args, self) => {
  const [left, right, conditions, passthrough] = args;
  if (left === undefined || right === undefined || conditions === undefined || args.length > 4) {
    throw new ValueError(self, `combine_maps: expected 3 or 4 arguments, got ${args.length}`);
  }
  const lefts = requireArray(left).items.map((item) => ({ item, fields: requireFields(left, item) }));
  const rights = requireArray(right).items.map((item) => requireFields(right, item));
  const names = requireArray(conditions).items.map((name) => (name.type === 'string' ? name.value : ''));
  if (names.length === 0) {
    throw new ValueError(conditions, 'combine_maps: merge conditions must not be empty');
  }
  if (passthrough !== undefined && passthrough.type !== 'bool') {
    throw createTypeError(passthrough, 'bool');
  }
  const keeps = passthrough?.value === true;
  return arrayValue(
    lefts.flatMap(({ item, fields }) =>
      rights.flatMap((other) => {
        if (names.every((name) => isSame(fields.get(name), other.get(name)))) {
          return [objectValue(new Map([...fields, ...other]))];
        }
        return keeps ? [item] : [];
      }),
    ),
  );
});

/**
 * `array.group_by` (experimental): groups objects by a string field. Objects without the field are dropped or grouped
 * under "".
 */
export const groupBy: FunctionValue = defineRawFunction('group_by', (args, self) => {
  const [items, key, drops] = args;
  if (items === undefined || key === undefined || drops === undefined || args.length !== 3) {
    throw new ValueError(self, `group_by: expected 3 arguments, got ${args.length}`);
  }
  const objects = requireArray(items).items;
  if (key.type !== 'string') {
    throw createTypeError(key, 'string');
  }
  if (drops.type !== 'bool') {
    throw createTypeError(drops, 'bool');
  }
  const groups = new Map<string, Value[]>();
  for (const item of objects) {
    const found = requireFields(items, item).get(key.value);
    if (found !== undefined && found.type !== 'string') {
      throw createTypeError(found, 'string');
    }
    if (found !== undefined || !drops.value) {
      const name = found?.value ?? '';
      groups.set(name, [...(groups.get(name) ?? []), item]);
    }
  }
  return arrayValue(
    [...groups].map(([name, members]) =>
      objectValue(
        new Map<string, Value>([
          [key.value, stringValue(name)],
          ['items', arrayValue(members)],
        ]),
      ),
    ),
  );
});

function requireArray(value: Value): ArrayValue {
  if (value.type !== 'array') {
    throw createTypeError(value, 'array');
  }
  return value;
}

function requireFields(container: Value, item: Value): ReadonlyMap<string, Value> {
  const fields = readFields(item);
  if (fields === undefined) {
    return locateError(container, '', () => {
      throw createTypeError(item, 'object');
    });
  }
  return fields;
}

function isSame(left: Value | undefined, right: Value | undefined): boolean {
  return left !== undefined && right !== undefined && isEqual(left, right);
}
