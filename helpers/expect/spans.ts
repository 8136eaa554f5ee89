import type { KeyValue } from '../otlp/schema.ts';

/** The value of an attribute of a span, a resource or a log record; whole numbers as numbers; undefined where it is absent. */
export function attributeOf(
  holder: { readonly attributes: readonly KeyValue[] },
  key: string,
): string | number | boolean | undefined {
  const value = holder.attributes.find((attribute) => attribute.key === key)?.value;
  if (value?.intValue !== undefined) return Number(value.intValue);
  return value?.stringValue ?? value?.boolValue ?? value?.doubleValue;
}
