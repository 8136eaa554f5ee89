/**
 * The `instance` label that Alloy derives from a PostgreSQL URL: `postgresql://HOST:PORT/DATABASE`, without a port if
 * the URL has none, and with `localhost:5432` if it has no host. @throws Error with Alloy's message for anything else
 */
export function readInstance(source: string): string {
  const [, scheme = '', rest = ''] = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/(.*)$/s.exec(source) ?? [];
  if (scheme !== 'postgres' && scheme !== 'postgresql') {
    throw new Error(`cannot parse DSN: invalid connection protocol: ${scheme}`);
  }
  const [, authority = '', path = ''] = /^([^/?#]*)(?:\/([^?#]*))?/.exec(rest) ?? [];
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const [, name = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(host) ?? [];
  const address =
    name === '' ? 'localhost:5432' : `${name.replace(/^\[|\]$/g, '')}${port === undefined ? '' : `:${port}`}`;
  return `postgresql://${address}/${decode(path)}`;
}

/** What must not be shown of a data source: all of it, and its password both encoded and decoded. */
export function findSecrets(source: string): readonly string[] {
  const [, beforeQuery = ''] = /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/([^?#]*)/.exec(source) ?? [];
  const login = beforeQuery.slice(0, Math.max(0, beforeQuery.lastIndexOf('@')));
  const inUrl = login.includes(':') ? login.slice(login.indexOf(':') + 1) : '';
  const inParameters = /[?&\s]password=('[^']*'|[^&\s]+)/.exec(source)?.[1] ?? '';
  const found = [inUrl, inParameters].filter((password) => password !== '');
  return [source, ...found.flatMap((password) => [password, decode(password)])];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
