import { quote } from '../language/syntax/quote.ts';
import type { ValueType } from './schema.ts';
import { text } from './types.ts';

/** A URL, unchanged. */
export const url: ValueType<string> = text((written) => {
  checkUrl(written);
  return written;
}, '');

/** Checks a URL like Go's `url.Parse`. @throws Error with Go's message */
export function checkUrl(written: string): void {
  const hash = written.indexOf('#');
  const address = hash < 0 ? written : written.slice(0, hash);
  const problem = findAddressProblem(address);
  if (problem !== undefined) {
    throw new Error(`parse ${quote(hidePassword(address))}: ${problem}`);
  }
  const badFragment = findEscapeProblem(written.slice(address.length));
  if (badFragment !== undefined) {
    throw new Error(`parse ${quote(hidePassword(written))}: ${badFragment}`);
  }
}

/** Replaces a password in `address` with `xxxxx`, even if it is not a URL: Go would show all of it. */
export function hidePassword(address: string): string {
  return address.replace(/(:\/\/[^/@:]*:)[^/]*@/, '$1xxxxx@');
}

function findAddressProblem(address: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Go refuses control characters in a URL.
  if (/[\u0000-\u001f\u007f]/.test(address)) {
    return 'net/url: invalid control character in URL';
  }
  if (address.startsWith(':')) {
    return 'missing protocol scheme';
  }
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*:/.exec(address)?.[0] ?? '';
  const [rest = ''] = address.slice(scheme.length).split('?', 1);
  if (!rest.startsWith('/')) {
    const [segment = ''] = rest.split('/', 1);
    return scheme === '' && segment.includes(':')
      ? 'first path segment in URL cannot contain colon'
      : scheme === ''
        ? findEscapeProblem(rest)
        : undefined;
  }
  if (!rest.startsWith('//') || (scheme === '' && rest.startsWith('///'))) {
    return findEscapeProblem(rest);
  }
  const [authority = ''] = rest.slice(2).split('/', 1);
  return findAuthorityProblem(authority) ?? findEscapeProblem(rest.slice(2 + authority.length));
}

function findAuthorityProblem(authority: string): string | undefined {
  const at = authority.lastIndexOf('@');
  const problem = findHostProblem(authority.slice(at + 1));
  if (problem !== undefined || at < 0) {
    return problem;
  }
  const user = authority.slice(0, at);
  return /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user) ? findEscapeProblem(user) : 'net/url: invalid userinfo';
}

function findHostProblem(host: string): string | undefined {
  const bracket = host.startsWith('[') ? host.lastIndexOf(']') : undefined;
  if (bracket === -1) {
    return "missing ']' in host";
  }
  const colon = host.lastIndexOf(':');
  const port = bracket === undefined ? (colon < 0 ? '' : host.slice(colon)) : host.slice(bracket + 1);
  if (!/^(?::\d*)?$/.test(port)) {
    return `invalid port ${quote(port)} after host`;
  }
  // In a host, only non-ASCII characters and the percent sign may be escaped.
  const escaped = /%(?!25|[89a-fA-F][0-9a-fA-F]).{0,2}/.exec(host)?.[0];
  const refused = /[^A-Za-z0-9!$&'()*+,;=:[\]<>"\-_.~%\u0080-\u{10ffff}]/u.exec(host)?.[0];
  if (escaped !== undefined && (refused === undefined || host.indexOf(escaped) < host.indexOf(refused))) {
    return `invalid URL escape ${quote(escaped)}`;
  }
  return refused === undefined ? undefined : `invalid character ${quote(refused)} in host name`;
}

function findEscapeProblem(text: string): string | undefined {
  const invalid = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(text)?.[0];
  return invalid === undefined ? undefined : `invalid URL escape ${quote(invalid)}`;
}
