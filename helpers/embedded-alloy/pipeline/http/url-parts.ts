/** The parts of a URL as written; missing parts are empty. */
export type UrlParts = {
  readonly scheme: string;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: string;
  readonly path: string;
};

/**
 * Splits a valid URL like Go's `url.Parse`: unlike in a browser, `http:x` has neither host nor path, and implied ports
 * are not added.
 */
export function parseUrl(url: string): UrlParts {
  const [, scheme = '', authority = '', path = ''] =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?(\/[^?#]*)?/.exec(url) ?? [];
  const [, bracketed, plain = '', port = ''] = /^(?:.*@)?(?:\[([^\]]*)\]|([^:]*))(?::(\d*))?$/.exec(authority) ?? [];
  return { scheme, host: bracketed ?? plain, port, path };
}

/** The message with which Go's HTTP client refuses a URL before it sends anything; undefined if it does not. */
export function explainUnsendable(url: string): string | undefined {
  const { scheme, host, port } = parseUrl(url);
  if (!/^https?$/i.test(scheme)) {
    return `unsupported protocol scheme "${scheme.toLowerCase()}"`;
  }
  if (host === '' && port === '') {
    return 'http: no Host in request URL';
  }
  return Number(port) > 65_535 ? `dial tcp: address ${port}: invalid port` : undefined;
}
