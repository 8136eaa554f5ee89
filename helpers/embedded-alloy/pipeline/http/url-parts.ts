/** A URL in its parts, each as it is written; a part that is not written is empty. */
export type UrlParts = {
  readonly scheme: string;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: string;
  readonly path: string;
};

/**
 * The parts of a URL as Go's `url.Parse` has them, for one that it takes: unlike in a browser, `http:x` has neither host
 * nor path, and the port that a scheme implies is not there.
 */
export function parseUrl(url: string): UrlParts {
  const [, scheme = '', authority = '', path = ''] =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?(\/[^?#]*)?/.exec(url) ?? [];
  const [, bracketed, plain = '', port = ''] = /^(?:.*@)?(?:\[([^\]]*)\]|([^:]*))(?::(\d*))?$/.exec(authority) ?? [];
  return { scheme, host: bracketed ?? plain, port, path };
}

/** Why Go's HTTP client fails a request to a URL before it sends anything, in its words; undefined when it does not. */
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
