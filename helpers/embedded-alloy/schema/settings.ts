/** A value in the JSON form of Alloy's API, such as `{"type": "string", "value": "10s"}`. */
export type SettingValue =
  | { readonly type: 'string' | 'capsule' | 'function'; readonly value: string }
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'null'; readonly value: null }
  | { readonly type: 'array'; readonly value: readonly SettingValue[] }
  | { readonly type: 'object'; readonly value: readonly { readonly key: string; readonly value: SettingValue }[] };

/** An attribute or inner block in the JSON form of Alloy's API (`arguments` and `exports` of a component). */
export type Setting =
  | { readonly name: string; readonly type: 'attr'; readonly value: SettingValue }
  | { readonly name: string; readonly type: 'block'; readonly body: readonly Setting[] };

/** A string in the form of the API. */
export function describeText(value: string): SettingValue {
  return { type: 'string', value };
}

/** An object in the form of the API, which sorts its keys. */
export function describeObject<T>(
  fields: Iterable<readonly [string, T]>,
  describe: (value: T) => SettingValue,
): SettingValue {
  const sorted = [...fields].sort(([a], [b]) => (a < b ? -1 : 1));
  return { type: 'object', value: sorted.map(([key, value]) => ({ key, value: describe(value) })) };
}
