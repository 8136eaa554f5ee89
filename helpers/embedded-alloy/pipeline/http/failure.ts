import { describeError } from '../../language/describe-error.ts';
/** Why a request got no answer: the message of Go's HTTP client, as Alloy logs it, and the kind of failure. */
export type RequestFailure = { readonly text: string; readonly kind: 'deadline' | 'canceled' | 'other' };

/** Describes an error of undici for a request of `method` to `url`. A password in the URL is hidden. */
export function describeFailure(method: string, url: string, error: unknown): RequestFailure {
  const shown = redactUrl(url);
  const { host } = URL.canParse(url) ? new URL(url) : { host: '' };
  const verb = method.charAt(0) + method.slice(1).toLowerCase();
  const code = findCode(error);
  const name = error instanceof Error ? error.name : '';
  const failure = (reason: string, kind: RequestFailure['kind'] = 'other'): RequestFailure => ({
    text: `${verb} "${shown}": ${reason}`,
    kind,
  });
  if (name === 'TimeoutError' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return failure('context deadline exceeded', 'deadline');
  }
  switch (code) {
    case 'ECONNREFUSED':
      return failure(`dial tcp ${host}: connect: connection refused`);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return failure(`dial tcp: lookup ${host.replace(/:\d+$/, '')}: no such host`);
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return failure(`dial tcp ${host}: i/o timeout`);
    case 'ECONNRESET':
      return failure('read: connection reset by peer');
    case 'UND_ERR_SOCKET':
      return failure('EOF');
    default:
      break;
  }
  if (name === 'AbortError' || code === 'UND_ERR_ABORTED') {
    return failure('context canceled', 'canceled');
  }
  return failure(describeError(error));
}

/** Replaces a password in `url` with `xxxxx`. Anything but a URL stays as it is. */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) {
    return url.replace(/(:\/\/[^/@:]*:)[^@/]*@/, '$1xxxxx@');
  }
  const parsed = new URL(url);
  if (parsed.password === '') {
    return url;
  }
  parsed.password = 'xxxxx';
  return parsed.href;
}

function findCode(error: unknown): string {
  if (!(error instanceof Error)) {
    return '';
  }
  if ('code' in error && typeof error.code === 'string') {
    return error.code;
  }
  if (error instanceof AggregateError) {
    return findCode(error.errors[0]);
  }
  return error.cause === undefined ? '' : findCode(error.cause);
}
