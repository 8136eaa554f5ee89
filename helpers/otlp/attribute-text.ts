import type { AnyValue } from './schema.ts';

/**
 * An attribute's value as the text that a label, structured metadata or a log line holds: a string as it is, numbers in
 * decimal, lists and maps as JSON, bytes in base64 (OpenTelemetry, "Attribute values to string").
 */
export function attributeText(value: AnyValue | undefined): string {
  return value?.stringValue ?? (value?.bytesValue === undefined ? jsonText(value, '') : base64(value.bytesValue));
}

/** 64-bit integers keep all their digits, which `JSON.stringify` can't write. */
function jsonText(value: AnyValue | undefined, nothing = 'null'): string {
  if (value === undefined) return nothing;
  if (value.stringValue !== undefined) return JSON.stringify(value.stringValue);
  if (value.bytesValue !== undefined) return JSON.stringify(base64(value.bytesValue));
  if (value.arrayValue !== undefined) return `[${value.arrayValue.values.map((held) => jsonText(held)).join(',')}]`;
  if (value.kvlistValue !== undefined) {
    const pairs = value.kvlistValue.values.map(({ key, value: held }) => `${JSON.stringify(key)}:${jsonText(held)}`);
    return `{${pairs.join(',')}}`;
  }
  const plain = value.boolValue ?? value.intValue ?? value.doubleValue;
  return plain === undefined ? nothing : String(plain);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
