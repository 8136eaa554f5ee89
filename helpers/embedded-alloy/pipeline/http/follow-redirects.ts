import { type Dispatcher, request } from 'undici';

/** What a request has, beside its URL. */
export type RequestOptions = Omit<NonNullable<Parameters<typeof request>[1]>, 'method' | 'headers'> & {
  readonly headers: Readonly<Record<string, string | string[]>>;
};

/** Go's http.Client follows so many. */
const MAX_REDIRECTS = 10;
/** Those that are followed with GET and without the body, and those that keep both. */
const WITH_GET: readonly number[] = [301, 302, 303];
const UNCHANGED: readonly number[] = [307, 308];

/**
 * POSTs to a URL and follows redirects as Go's http.Client does: a POST that is redirected with 301, 302 or 303 goes on as a GET
 * without its body, and credentials stay with the host that they are for. `onRedirect` is told each URL that it goes on to: an error
 * is about the last of them.
 */
export async function postFollowing(
  url: string,
  { headers, body, ...options }: RequestOptions,
  onRedirect: (url: string) => void,
): Promise<Dispatcher.ResponseData> {
  let at = url;
  let next: { method: 'POST' | 'GET'; headers: RequestOptions['headers']; body: RequestOptions['body'] } = {
    method: 'POST',
    headers,
    body,
  };
  for (let redirects = 0; ; redirects++) {
    const response = (await request(at, { ...options, ...next, body: next.body ?? null })) as Dispatcher.ResponseData;
    const { statusCode, headers: answered } = response;
    const location = typeof answered.location === 'string' ? answered.location : '';
    const isRedirect = WITH_GET.includes(statusCode) || UNCHANGED.includes(statusCode);
    if (!isRedirect || location === '' || !URL.canParse(location, at)) return response;
    await response.body.dump();
    const target = new URL(location, at);
    if (redirects === MAX_REDIRECTS) throw new Error('stopped after 10 redirects');
    const isSameHost = target.host === new URL(at).host;
    if (WITH_GET.includes(statusCode)) next = { method: 'GET', headers: omit(next.headers, /^content-/i), body: null };
    if (!isSameHost) next = { ...next, headers: omit(next.headers, /^(?:authorization|cookie|www-authenticate)$/i) };
    at = target.href;
    onRedirect(at);
  }
}

function omit(headers: RequestOptions['headers'], names: RegExp): RequestOptions['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.test(name)));
}
