import { distance } from 'fastest-levenshtein';

/** A variable that is set and that nothing reads, and the one that is read and has nearly the same name, or means the same. */
export type MisnamedVariable = { readonly name: string; readonly near: string };

/** The shortest name that is told from others: shorter ones are near to anything. */
const MIN_LENGTH = 5;
/** A name of this length may differ in two letters. */
const LONG = 12;

/** What other tools and people call a part of the name of a `GRAFANA_CLOUD_*` variable. */
const SYNONYMS: readonly (readonly [RegExp, string])[] = [
  [/^(?:ACCESS_POLICY_|API_|CLOUD_)?(?:TOKEN|KEY)$/, 'API_KEY'],
  [/^(?:PROM|MIMIR|METRICS)_/, 'PROMETHEUS_'],
  [/^LOGS_/, 'LOKI_'],
  [/^TRACES_/, 'TEMPO_'],
  [/_(?:URL|URI|HOST|ADDRESS|REMOTE_WRITE_URL|PUSH_URL)$/, '_ENDPOINT'],
  [/_(?:ID|USER|USERNAME|USER_ID|INSTANCE|TENANT|TENANT_ID)$/, '_INSTANCE_ID'],
];
const PREFIX = 'GRAFANA_CLOUD_';

/** The name that a variable of Grafana Cloud has here, whatever else it is called elsewhere. */
function translate(name: string): string {
  if (!name.startsWith(PREFIX)) return name;
  const rest = name.slice(PREFIX.length);
  return (
    PREFIX +
    SYNONYMS.reduce((text, [pattern, word]) => (text.endsWith(word) ? text : text.replace(pattern, word)), rest)
  );
}

/** Those of the names of what is set that are nearly the name of a variable that is read, and of none that is. */
export function findMisnamed(set: readonly string[], known: readonly string[]): MisnamedVariable[] {
  const all = new Set(known.map((name) => name.toUpperCase()));
  return set.flatMap((name) => {
    if (all.has(name.toUpperCase())) return [];
    const near = known.find(
      (other) => other.length >= MIN_LENGTH && distance(name.toUpperCase(), other) <= (other.length < LONG ? 1 : 2),
    );
    if (near !== undefined) return [{ name, near }];
    // Beside the right one, it may be for another tool.
    const meant = translate(name);
    return known.includes(meant) && !set.includes(meant) ? [{ name, near: meant }] : [];
  });
}
