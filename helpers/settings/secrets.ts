import type { Settings } from './settings.ts';

const MIN_SECRET = 4;

/** Every secret that the person has set: tokens, and the passwords in URLs. */
export function listSecrets({ cloud, query, discovery, lgtm, existing, proxies }: Settings): string[] {
  const urls = [...Object.values(lgtm), ...Object.values(existing), ...Object.values(query), query.grafana?.url];
  const tokens = [cloud.GRAFANA_CLOUD_API_KEY, query.readToken, query.grafana?.token, discovery.token];
  const passwords = [
    ...urls.flatMap((url) => (url instanceof URL ? [readPassword(url)] : [])),
    ...[proxies.https, proxies.http].map((url) =>
      url !== undefined && URL.canParse(url) ? readPassword(new URL(url)) : undefined,
    ),
  ];
  return [...new Set([...tokens, ...passwords].filter((secret) => secret !== undefined && secret !== ''))] as string[];
}

/** A password that is the user's name, such as `guest`, is no secret, and a word that other texts have. */
function readPassword({ username, password }: URL): string | undefined {
  return password === username ? undefined : decodeURIComponent(password);
}

/**
 * Replaces secrets by `(secret)`, as they are, as a URL and JSON have them, and in base64 whatever stands before them there; and
 * the login in any URL.
 */
export function removeSecrets(text: string, secrets: readonly (string | undefined)[]): string {
  return secrets
    .filter((secret) => secret !== undefined && secret.length >= MIN_SECRET)
    .flatMap((secret = '') => listForms(secret))
    .reduce((clean, form) => clean.replaceAll(form, '(secret)'), text)
    .replace(/\/\/[^/\s@"]*@/g, '//(secret)@');
}

function listForms(secret: string): string[] {
  const base64 = [0, 1, 2].map((before) => encodeWithin(secret, before));
  const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...base64];
  return [...new Set([...forms, ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))])].filter(
    (form) => form.length >= MIN_SECRET,
  );
}

/** The base64 digits that depend on the secret alone, after so many other bytes. */
function encodeWithin(secret: string, before: number): string {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
  return bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
}
