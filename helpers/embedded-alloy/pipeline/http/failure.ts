import { describeError } from '../../language/describe-error.ts';
import { quote } from '../../language/syntax/quote.ts';
import { CONNECT_REASONS, formatTlsError } from './connect-errors.ts';
import { formatAddress } from './listen.ts';

/** Why a request got no answer: the message of Go's HTTP client, as Alloy logs it, and the kind of failure. */
export type RequestFailure = { readonly text: string; readonly kind: 'deadline' | 'canceled' | 'other' };

/** Describes an error of undici for a request of `method` to `url`. A password in the URL is hidden. */
export function describeFailure(method: string, url: string, error: unknown): RequestFailure {
  const verb = method.charAt(0) + method.slice(1).toLowerCase();
  const { host } = URL.canParse(url) ? new URL(url) : { host: '' };
  const { text, kind } = describeReason(host, error);
  return { text: `${verb} "${redactUrl(url)}": ${text}`, kind };
}

/** Describes why the body of an answer could not be read to its end, as Go does. */
export function describeBodyFailure(error: unknown): string {
  const { text } = describeReason('', error);
  return text === 'EOF' ? 'unexpected EOF' : text;
}

function describeReason(host: string, error: unknown): RequestFailure {
  const { code, syscall, address, port, data } = findSystemError(error);
  const name = error instanceof Error ? error.name : '';
  const failure = (text: string, kind: RequestFailure['kind'] = 'other'): RequestFailure => ({ text, kind });
  if (name === 'TimeoutError' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return failure('context deadline exceeded', 'deadline');
  }
  const refusal = syscall === 'connect' ? CONNECT_REASONS[code] : undefined;
  if (refusal !== undefined) {
    // The address is the one that the host's name was resolved to.
    return failure(`dial tcp ${formatAddress({ host: address, port })}: connect: ${refusal}`);
  }
  switch (code) {
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
    case 'UND_ERR_REDIRECT_MAX':
      return failure('stopped after 10 redirects');
    default:
      break;
  }
  // What answers does not speak HTTP: Go shows the first line of it.
  if (name === 'HTTPParserError') {
    const [line = ''] = data.split(/\r?\n/, 1);
    return failure(`net/http: HTTP/1.x transport connection broken: malformed HTTP response ${quote(line)}`);
  }
  if (name === 'AbortError' || code === 'UND_ERR_ABORTED') {
    return failure('context canceled', 'canceled');
  }
  const reason = describeError(error);
  // undici gives up at once where Go would follow a loop to its end.
  return failure(reason.startsWith('Redirect loop detected') ? 'stopped after 10 redirects' : formatTlsError(reason));
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

/** The code of the error that caused `error`, and the address that it is about. */
type SystemError = {
  readonly code: string;
  readonly syscall: string;
  readonly address: string;
  readonly port: number;
  /** What was received, where it could not be parsed. */
  readonly data: string;
};

function findSystemError(error: unknown): SystemError {
  if (error instanceof AggregateError) {
    return findSystemError(error.errors[0]);
  }
  if (!(error instanceof Error)) {
    return { code: '', syscall: '', address: '', port: 0, data: '' };
  }
  if (!('code' in error)) {
    return findSystemError(error.cause);
  }
  const { code, syscall, address, port, data }: Error & { code: unknown } & { [Name in keyof SystemError]?: unknown } =
    error;
  return {
    code: String(code),
    syscall: String(syscall ?? ''),
    address: String(address ?? ''),
    port: Number(port ?? 0),
    data: String(data ?? ''),
  };
}
