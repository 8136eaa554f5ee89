import { readFields } from '../evaluation/evaluate.ts';
import { equal } from '../evaluation/operators.ts';
import {
  type ArrayValue,
  arrayValue,
  type FunctionValue,
  objectValue,
  stringValue,
  type Value,
} from '../evaluation/value.ts';
import { locateError, typeError, ValueError } from '../evaluation/value-error.ts';
import { defineRawFunction } from './function.ts';

/** `array.concat`: joins arrays. */
export const concat: FunctionValue = defineRawFunction('concat', (args) => {
  const arrays = args.map(asArray);
  const [only] = arrays;
  return arrays.length === 1 && only !== undefined ? only : arrayValue(arrays.flatMap(({ items }) => items));
});

/** `array.combine_maps` (experimental): joins the objects of two arrays that agree on the given fields. */
export const combineMaps: FunctionValue = defineRawFunction('combine_maps', (args, self) => {
  const [left, right, conditions, passthrough] = args;
  if (left === undefined || right === undefined || conditions === undefined || args.length > 4) {
    throw new ValueError(self, `combine_maps: expected 3 or 4 arguments, got ${args.length}`);
  }
  const lefts = asArray(left).items.map((item) => ({ item, fields: asFields(left, item) }));
  const rights = asArray(right).items.map((item) => asFields(right, item));
  const names = asArray(conditions).items.map((name) => (name.type === 'string' ? name.value : ''));
  if (names.length === 0) {
    throw new ValueError(conditions, 'combine_maps: merge conditions must not be empty');
  }
  if (passthrough !== undefined && passthrough.type !== 'bool') {
    throw typeError(passthrough, 'bool');
  }
  const keeps = passthrough?.value === true;
  return arrayValue(
    lefts.flatMap(({ item, fields }) =>
      rights.flatMap((other) => {
        if (names.every((name) => agree(fields.get(name), other.get(name)))) {
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
  const objects = asArray(items).items;
  if (key.type !== 'string') {
    throw typeError(key, 'string');
  }
  if (drops.type !== 'bool') {
    throw typeError(drops, 'bool');
  }
  const groups = new Map<string, Value[]>();
  for (const item of objects) {
    const found = asFields(items, item).get(key.value);
    if (found !== undefined && found.type !== 'string') {
      throw typeError(found, 'string');
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

function asArray(value: Value): ArrayValue {
  if (value.type !== 'array') {
    throw typeError(value, 'array');
  }
  return value;
}

function asFields(container: Value, item: Value): ReadonlyMap<string, Value> {
  const fields = readFields(item);
  if (fields === undefined) {
    return locateError(container, '', () => {
      throw typeError(item, 'object');
    });
  }
  return fields;
}

function agree(left: Value | undefined, right: Value | undefined): boolean {
  return left !== undefined && right !== undefined && equal(left, right);
}
