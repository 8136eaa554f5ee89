import { request } from 'undici';
import { chooseDispatcher, endInTime, mayBeProxied } from '../clients/http.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { Unanswered } from '../run/cloud-problem.ts';
import type { ProxySettings } from '../settings/settings.ts';

/** A request of the doctor's. */
export type Question = {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
};

/** What became of it: an answer, or why there is none. */
export type Exchange =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly type: string;
      /** The first 256 KiB. */
      readonly body: string;
      readonly latency: Milliseconds;
      /** Where a redirect leads, without its login and parameters. */
      readonly location?: string;
      /** How far the service's clock is ahead of ours by its `Date` header, to the second; undefined without one. */
      readonly clockOffset?: Milliseconds;
    }
  | { readonly kind: 'no answer'; readonly reason: Unanswered };

/** A question is asked at another address, then with another ID, while the person waits. */
export const EXPERIMENT_TIMEOUT: Milliseconds = 1200;
const MAX_BODY = 256 * 1024;

/** Asks once; never throws. */
export async function exchange(question: Question, timeout: Milliseconds, proxies?: ProxySettings): Promise<Exchange> {
  const { method, url, headers, body } = question;
  const sent = Date.now();
  try {
    const dispatcher = chooseDispatcher(url, proxies);
    const asked = request(url, {
      method,
      headers,
      ...(body !== undefined && { body }),
      dispatcher,
      signal: AbortSignal.timeout(timeout),
    });
    const answer = await endInTime(asked, dispatcher, timeout);
    const received = Date.now();
    if (answer.statusCode === 407) {
      await answer.body.dump();
      return { kind: 'no answer', reason: addProxy({ kind: 'proxy login' }, url, proxies) };
    }
    const text = await readStart(answer.body);
    const date = Date.parse(String(answer.headers.date ?? ''));
    const { location } = answer.headers;
    return {
      kind: 'answer',
      status: answer.statusCode,
      type: String(answer.headers['content-type'] ?? ''),
      body: text,
      latency: received - sent,
      ...(typeof location === 'string' && { location: location.replace(/[?#].*/s, '').replace(/\/\/[^/]*@/, '//') }),
      // The header has whole seconds, and was written between the two.
      ...(!Number.isNaN(date) && { clockOffset: date + 500 - (sent + received) / 2 }),
    };
  } catch (error) {
    return { kind: 'no answer', reason: addProxy(readReason(error), url, proxies) };
  }
}

/** Names the variable of the proxy on the way, where that may be to blame. */
function addProxy(reason: Unanswered, url: string, proxies: ProxySettings = {}): Unanswered {
  if (!mayBeProxied(url, proxies)) return reason;
  const isTls = url.startsWith('https:') && Boolean(proxies.https);
  const [proxy, address = ''] = isTls
    ? (['HTTPS_PROXY', proxies.https] as const)
    : (['HTTP_PROXY', proxies.http] as const);
  if (reason.kind === 'refused connection' || reason.kind === 'timeout') return { ...reason, proxy };
  if (reason.kind !== 'proxy login') return reason;
  return { ...reason, proxy, hasLogin: URL.canParse(address) && new URL(address).username !== '' };
}

async function readStart(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= MAX_BODY) break;
  }
  return Buffer.concat(chunks).toString('utf8').slice(0, MAX_BODY);
}

/** Codes of OpenSSL's verification, as Node names them. */
const UNTRUSTED: readonly string[] = [
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
];
const WRONG: readonly string[] = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'ERR_TLS_CERT_ALTNAME_INVALID'];
const TIMEOUTS: readonly string[] = ['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT'];

function readReason(error: unknown): Unanswered {
  const { name, message, code = '' } = error as { name?: string; message?: string; code?: string };
  if (name === 'TimeoutError' || TIMEOUTS.includes(code)) return { kind: 'timeout' };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return { kind: 'unknown host' };
  if (code === 'ECONNREFUSED' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
    return { kind: 'refused connection' };
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    return { kind: 'plain HTTP' };
  if (UNTRUSTED.includes(code)) return { kind: 'untrusted certificate', code };
  if (WRONG.includes(code)) return { kind: 'wrong certificate', code };
  // undici reports a proxy's answer in its message alone.
  const [, status] = /(?:^Proxy .*)\((\d{3})\)/.exec(message ?? '') ?? [];
  if (status === '407') return { kind: 'proxy login' };
  if (status !== undefined) return { kind: 'proxy refuses', status };
  return { kind: 'other', message: message ?? String(error) };
}
