/**
 * Translates an attribute's name into a label's, as Prometheus 3 and Loki 3 do: every character but letters, digits and
 * `_` becomes `_`, and repeated underscores become one. `key_` is put before a leading digit, `key` before a leading
 * underscore. Names between double underscores keep theirs (OpenTelemetry, "Prometheus and OpenMetrics Compatibility").
 */
export function buildLabelName(attribute: string): string {
  const known = names.get(attribute);
  if (known !== undefined) return known;
  const name = translate(attribute);
  if (names.size < MAX_NAMES) names.set(attribute, name);
  return name;
}

const names = new Map<string, string>();
const MAX_NAMES = 4096;

function translate(attribute: string): string {
  if (/^__.*__$/.test(attribute)) return attribute.replace(/[^a-zA-Z0-9_]/g, '_');
  const name = attribute.replace(/[^a-zA-Z0-9_]/g, '_').replace(/__+/g, '_');
  if (/^\d/.test(name)) return `key_${name}`;
  return name.startsWith('_') ? `key${name}` : name;
}
