import type { ValueType } from './schema.ts';
import { text } from './types.ts';

/** A URL, kept as it is written. */
export const url: ValueType<string> = text((written) => {
  checkUrl(written);
  return written;
}, '');

/** Refuses what Go's `url.Parse` refuses of a URL. @throws Error with Go's text. */
export function checkUrl(written: string): void {
  const problem = urlProblem(written);
  if (problem !== undefined) {
    throw new Error(`parse ${JSON.stringify(written)}: ${problem}`);
  }
}

function urlProblem(written: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Go refuses control characters in a URL by this very rule.
  if (/[\u0000-\u001f\u007f]/.test(written)) {
    return 'net/url: invalid control character in URL';
  }
  const [withoutFragment = ''] = written.split('#', 1);
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*:/.exec(withoutFragment)?.[0];
  if (withoutFragment.startsWith(':')) {
    return 'missing protocol scheme';
  }
  const rest = scheme === undefined ? withoutFragment : withoutFragment.slice(scheme.length);
  const [path = ''] = rest.split('?', 1);
  if (scheme === undefined && !path.startsWith('/') && (path.split('/', 1)[0] ?? '').includes(':')) {
    return 'first path segment in URL cannot contain colon';
  }
  const authority = path.startsWith('//') ? (path.slice(2).split('/', 1)[0] ?? '') : '';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const port = /:([^\]:]*)$/.exec(host)?.[1];
  if (port !== undefined && !/^\d*$/.test(port)) {
    return `invalid port ${JSON.stringify(`:${port}`)} after host`;
  }
  const badHost = /[ "<>\\^`{|}]/.exec(host)?.[0];
  if (badHost !== undefined) {
    return `invalid character ${JSON.stringify(badHost)} in host name`;
  }
  const badEscape = /%(?![0-9a-fA-F]{2})(.{0,2})/.exec(path);
  return badEscape === null ? undefined : `invalid URL escape ${JSON.stringify(`%${badEscape[1]}`)}`;
}
