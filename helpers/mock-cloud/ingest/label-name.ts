/**
 * A label's name from an attribute's, as Prometheus 3 and Loki 3 translate it: every character but letters, digits and `_`
 * becomes `_`, repeated underscores one; a leading digit gets `key_` before it and a single leading underscore `key`;
 * names with two underscores at both ends are left alone (OpenTelemetry, "Prometheus and OpenMetrics Compatibility").
 */
export function labelName(attribute: string): string {
  const known = names.get(attribute);
  if (known !== undefined) return known;
  const name = translate(attribute);
  if (names.size < MOST_NAMES) names.set(attribute, name);
  return name;
}

const names = new Map<string, string>();
const MOST_NAMES = 4096;

function translate(attribute: string): string {
  if (/^__.*__$/.test(attribute)) return attribute.replace(/[^a-zA-Z0-9_]/g, '_');
  const name = attribute.replace(/[^a-zA-Z0-9_]/g, '_').replace(/__+/g, '_');
  if (/^\d/.test(name)) return `key_${name}`;
  return name.startsWith('_') ? `key${name}` : name;
}
