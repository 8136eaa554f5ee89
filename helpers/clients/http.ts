import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import type { z } from 'zod';
import type { ServiceAccess, Silence, Stranger } from '../run/endpoints.ts';
import { removeSecrets } from '../settings/secrets.ts';
import type { ProxySettings } from '../settings/settings.ts';
import { askInTime, type NoAnswer } from './silence.ts';

/**
 * A query that failed: no answer, a status other than 200, or a body that the API doesn't document. The message holds the
 * start of the body and no password.
 */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  /** The URL that was queried, without its parameters. */
  readonly url: string;
  /** The instance ID of the login. */
  readonly user: string;
  /** The HTTP status, or 0 if there was no answer. */
  readonly status: number;
  /** That the service has given no answer for long. */
  readonly silence: Silence | undefined;
  /** What answered that is not the API that was meant; undefined where it may be. */
  readonly stranger: Stranger | undefined;
  /** Where it redirects to. */
  readonly leadsTo: string | undefined;
  /** Whether asking again can't help: the login, the question or the address is wrong. */
  readonly isFinal: boolean;
  /** How long the service wants not to be asked, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  constructor(failed: FailedRequest, message: string) {
    const { url, user, status, silence, stranger, leadsTo, isFinal = false, retryAfterMs } = failed;
    super(`${url} ${message}`);
    this.url = url;
    this.user = user;
    this.status = status;
    this.silence = silence;
    this.stranger = stranger;
    this.leadsTo = leadsTo;
    this.isFinal = isFinal;
    this.retryAfterMs = retryAfterMs;
  }
}

type FailedRequest = {
  readonly url: string;
  readonly user: string;
  readonly status: number;
  readonly silence?: Silence | undefined;
  readonly stranger?: Stranger | undefined;
  readonly leadsTo?: string | undefined;
  readonly isFinal?: boolean;
  readonly retryAfterMs?: number | undefined;
};

/** Statuses that the same request gets again. */
const FINAL_STATUSES: readonly number[] = [301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 407, 422, 501];
/** What a program in Go answers to a path that it does not have. */
const UNKNOWN_PATH = /^404 page not found/;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const MAX_SHOWN = 500;
const TIMEOUT_MS = 20_000;
const options = { connections: 16, maxResponseSize: MAX_ANSWER_BYTES };
const agent = new Agent(options);
const proxyAgents = new Map<string, Dispatcher>();
/** Those that gave no answer in time. */
const ended = new WeakSet<Dispatcher>();

/** Whether the way to this URL leads through a proxy, unless `NO_PROXY` excepts it. */
export function mayBeProxied(url: string, proxies?: ProxySettings): boolean {
  return chooseDispatcher(url, proxies) !== agent;
}

/**
 * Ends what a proxy does not: undici gives a CONNECT no limit of its own. Rejects with a `TimeoutError` after `timeout`
 * milliseconds, and closes the connections to that proxy.
 */
export async function endInTime<T>(work: Promise<T>, dispatcher: Dispatcher, timeout: number): Promise<T> {
  if (dispatcher === agent) return await work;
  const tooLate = () => new DOMException('the proxy gives no answer in time', 'TimeoutError');
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      for (const [key, other] of proxyAgents) if (other === dispatcher) proxyAgents.delete(key);
      ended.add(dispatcher);
      void dispatcher.destroy().catch(() => undefined);
      reject(tooLate());
    }, timeout);
  });
  // The requests beside this one end with it, and for the same reason.
  const asked = work.catch((error: unknown) => {
    throw ended.has(dispatcher) ? tooLate() : error;
  });
  return await Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

/** What connects to this URL: directly, or through the proxy that these settings name for it; loopback is never behind one, as in Go. */
export function chooseDispatcher(url: string, proxies: ProxySettings = {}): Dispatcher {
  const { https = '', http = '', except = '' } = proxies;
  if (https + http === '' || /^(?:localhost|127\..*|\[::1\])$/.test(new URL(url).hostname)) return agent;
  const key = JSON.stringify(proxies);
  const found =
    proxyAgents.get(key) ?? new EnvHttpProxyAgent({ ...options, httpsProxy: https, httpProxy: http, noProxy: except });
  proxyAgents.set(key, found);
  return found;
}

/**
 * Queries `path` below the service's URL and returns the JSON answer, parsed with `schema`. Throws {@link QueryError}.
 */
export async function getJson<T>(
  access: ServiceAccess,
  path: string,
  parameters: Readonly<Record<string, string>>,
  schema: z.ZodType<T>,
  timeout = TIMEOUT_MS,
): Promise<T> {
  const url = `${access.url}${path}`;
  const asked = { url, user: access.user };
  const answer = await askInTime(access.url, timeout, (left) =>
    getAnswer(access, `${path}?${new URLSearchParams(parameters)}`, left),
  ).catch((error) => {
    throw describeNoAnswer(asked, error);
  });
  const { status, body, type, location, retryAfterMs } = answer;
  // Some services answer with the login that they were sent.
  const shown = removeSecrets(body, [access.password]);
  if (status !== 200) {
    const isFinal = FINAL_STATUSES.includes(status);
    const stranger = findStranger(answer);
    const leadsTo = location === undefined ? undefined : removeSecrets(readTarget(location, url), [access.password]);
    const what = leadsTo === undefined ? describeBody(answer, shown) : `, which leads to ${leadsTo}`;
    throw new QueryError({ ...asked, status, stranger, leadsTo, isFinal, retryAfterMs }, `answered ${status}${what}`);
  }
  const json = parseJson(body);
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const what = json === undefined ? describeBody(answer, shown) : ` with the JSON of another API: ${cut(shown)}`;
  const stranger = body.trim() === '' ? 'empty body' : isWebPage({ type, body }) ? 'web page' : 'other API';
  throw new QueryError({ ...asked, status, stranger, isFinal: true }, `answered 200${what}`);
}

/** Whether a person is meant to read it, and so whether something else than an API has answered. */
export function isWebPage({ type, body }: Pick<HttpAnswer, 'type' | 'body'>): boolean {
  return type.startsWith('text/html') || /^\s*<!doctype html/i.test(body);
}

/** Whether the API itself refused the login: a proxy or a firewall says so with a page of its own. */
export function isLoginRefused({ status, stranger }: Pick<FailedRequest, 'status' | 'stranger'>): boolean {
  return (status === 401 || status === 403) && stranger === undefined;
}

/** What has answered with a status other than 200. A proxy words with a page of its own what its service fails at. */
function findStranger({ status, type, body }: HttpAnswer): Stranger | undefined {
  if (status === 429 || status >= 500) return undefined;
  if (isWebPage({ type, body })) return 'web page';
  return status === 404 && UNKNOWN_PATH.test(body) ? 'other API' : undefined;
}

function describeBody(answer: HttpAnswer, shown: string): string {
  if (shown.trim() === '') return ' with an empty body';
  return isWebPage(answer) ? ' with an HTML page, not JSON' : `: ${cut(shown)}`;
}

function cut(text: string): string {
  return text.trim().slice(0, MAX_SHOWN);
}

/** An answer, whatever its status. */
export type HttpAnswer = {
  readonly status: number;
  readonly body: string;
  readonly type: string;
  /** Where a redirect leads. */
  readonly location: string | undefined;
  readonly retryAfterMs: number | undefined;
};

/**
 * Asks once for `path` below the service's URL, parameters included. Throws an error whose message says why there is no answer
 * within `timeout` milliseconds.
 */
export async function getAnswer(access: ServiceAccess, path: string, timeout = TIMEOUT_MS): Promise<HttpAnswer> {
  return await askOnce(access, path, { method: 'GET', headers: { accept: 'application/json' } }, timeout);
}

/** Posts an empty protobuf message, which stores nothing, as {@link getAnswer} asks. */
export async function postNothing(access: ServiceAccess, path: string, timeout = TIMEOUT_MS): Promise<HttpAnswer> {
  const headers = { 'content-type': 'application/x-protobuf' };
  return await askOnce(access, path, { method: 'POST', headers }, timeout);
}

type Asked = { readonly method: 'GET' | 'POST'; readonly headers: Readonly<Record<string, string>> };

async function askOnce(access: ServiceAccess, path: string, how: Asked, timeout: number): Promise<HttpAnswer> {
  const url = `${access.url}${path}`;
  const dispatcher = chooseDispatcher(url, access.proxies);
  const asked = request(url, {
    dispatcher,
    method: how.method,
    // undici's own limits are a second or more late.
    signal: AbortSignal.timeout(timeout),
    headers: { ...listLoginHeaders(access), ...how.headers },
  });
  const answer = endInTime(asked, dispatcher, timeout).then(async ({ body, ...head }) => ({
    ...head,
    text: await body.text(),
  }));
  const { statusCode, headers, text } = await answer.catch((error: unknown) => {
    throw new Error(explainNoAnswer(error, timeout), { cause: error });
  });
  return {
    status: statusCode,
    body: text,
    type: String(headers['content-type'] ?? ''),
    location: typeof headers.location === 'string' ? headers.location : undefined,
    retryAfterMs: readRetryAfter(headers['retry-after']),
  };
}

/** How Node and undici name a connection that the other side, or something on the way, ends early. */
const CLOSED: readonly unknown[] = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

function explainNoAnswer(error: unknown, timeout: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `timed out after ${timeout / 1000} s`;
  const isClosed = 'code' in error && CLOSED.includes(error.code);
  return isClosed ? `the connection was closed before a whole answer came (${error.message})` : error.message;
}

/** Where a redirect leads, without its parameters: a login is among them at times. */
function readTarget(location: string, url: string): string {
  if (!URL.canParse(location, url)) return location;
  const { origin, pathname } = new URL(location, url);
  return `${origin}${pathname}`;
}

function listLoginHeaders({ user, password, isBearer, tenant }: ServiceAccess): Record<string, string> {
  const login = isBearer ? `Bearer ${password}` : `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return {
    ...(user + password !== '' && { authorization: login }),
    ...(tenant !== undefined && { 'x-scope-orgid': tenant }),
  };
}

/** The milliseconds of a `Retry-After`, which is a number of seconds or a date (RFC 9110, section 10.2.3). */
function readRetryAfter(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined;
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describeNoAnswer(asked: Pick<FailedRequest, 'url' | 'user'>, error: NoAnswer): QueryError {
  const { silence, message } = error;
  if (silence === undefined) return new QueryError({ ...asked, status: 0 }, `gives no answer: ${message}`);
  const since = new Date(silence.since).toISOString();
  return new QueryError(
    { ...asked, status: 0, silence, isFinal: true },
    `has given no answer since ${since}: ${silence.reason}`,
  );
}
