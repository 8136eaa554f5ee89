/** Why no connection was made, as Go says it, by the system's code. */
export const CONNECT_REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by peer',
  ETIMEDOUT: 'connection timed out',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
};

/** Translates what Node says of a failed TLS handshake to what Go says. Other text stays as it is. */
export function formatTlsError(error: string): string {
  if (/wrong version number|packet length too long/.test(error)) {
    return 'tls: first record does not look like a TLS handshake';
  }
  const unverified = 'tls: failed to verify certificate: x509';
  if (/self-signed certificate|unable to (verify|get)/i.test(error)) {
    return `${unverified}: certificate signed by unknown authority`;
  }
  const [, host, names = ''] = /Host: (\S+)\. is not in the cert's altnames: (.*)$/.exec(error) ?? [];
  if (host !== undefined) {
    const valid = [...names.matchAll(/DNS:([^,\s]+)/g)].map(([, name]) => name);
    return `${unverified}: certificate is valid for ${valid.join(', ')}, not ${host}`;
  }
  if (/certificate has expired|not yet valid/.test(error)) {
    return `${unverified}: certificate has expired or is not yet valid`;
  }
  return error.replace(/^Error: /, '').trim();
}
