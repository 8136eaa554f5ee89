import type { AnyValue } from './schema.ts';

/**
 * An attribute's value as the text of a label, of structured metadata or of a log line: a string as it is, numbers in
 * decimal, lists and maps as JSON, bytes in base64 (OpenTelemetry, "Attribute values to string").
 */
export function formatAttribute(value: AnyValue | undefined): string {
  if (value?.stringValue !== undefined) return value.stringValue;
  if (value?.bytesValue !== undefined) return encodeBase64(value.bytesValue);
  return formatJson(value, '');
}

/** 64-bit integers keep all their digits, which `JSON.stringify` can't write. */
function formatJson(value: AnyValue | undefined, empty = 'null'): string {
  if (value === undefined) return empty;
  if (value.stringValue !== undefined) return JSON.stringify(value.stringValue);
  if (value.bytesValue !== undefined) return JSON.stringify(encodeBase64(value.bytesValue));
  if (value.arrayValue !== undefined) return `[${value.arrayValue.values.map((item) => formatJson(item)).join(',')}]`;
  if (value.kvlistValue !== undefined) {
    const pairs = value.kvlistValue.values.map((pair) => `${JSON.stringify(pair.key)}:${formatJson(pair.value)}`);
    return `{${pairs.join(',')}}`;
  }
  const plain = value.boolValue ?? value.intValue ?? value.doubleValue;
  return plain === undefined ? empty : String(plain);
}

function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
