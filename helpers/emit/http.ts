import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { type Milliseconds, newSampledParent, newTraceId, newUnsampledParent, type TraceId } from '../otlp/ids.ts';
import type { ServicePart } from '../run/part.ts';
import { UnexpectedAnswer } from '../run/unexpected-answer.ts';
import { freshConnections } from './fresh-connections.ts';
import { inTurn } from './in-turn.ts';

/** The answer to a request (`GET /health`) that a spec made at a moment, and the user agent that only its trace carries. */
export type HttpResult = {
  readonly request: string;
  readonly status: number;
  readonly json: unknown;
  readonly userAgent: string;
  readonly askedAt: Milliseconds;
};

/** Throws {@link UnexpectedAnswer} where a service has not answered with this status. */
export function requireStatus(
  service: ServicePart,
  { request: asked, json, askedAt, status }: HttpResult,
  wanted: number,
): void {
  const body = json === undefined ? '' : JSON.stringify(json);
  if (status !== wanted) throw new UnexpectedAnswer({ service, request: asked, status, wanted, body, askedAt });
}

/** Sends one request to a service, under a user agent of its own: a POST if there is a body. */
export function call(url: string, body?: unknown): Promise<HttpResult> {
  return send(url, body, {});
}

/** Sends one request as {@link call} does, whose trace nobody looks for: the service makes no spans of it. */
export function callUntraced(url: string, body?: unknown): Promise<HttpResult> {
  return send(url, body, { traceparent: newUnsampledParent() });
}

/**
 * Sends this many requests in turn, each in a trace of its own, with a pause in between. Returns the IDs of the traces: they
 * can be looked up before any search finds them.
 */
export async function callInTraces(
  url: string,
  { count, pause }: { readonly count: number; readonly pause: Milliseconds },
): Promise<TraceId[]> {
  const ids = Array.from({ length: count }, () => newTraceId());
  for (const [n, id] of ids.entries()) {
    if (n > 0) await sleep(pause);
    await inTurn(() => send(url, undefined, { traceparent: newSampledParent(id) }));
  }
  return ids;
}

/** Requests that a service has begun to answer and has not finished; disposing closes them, too. */
export type HeldRequests = Disposable & { readonly release: () => void };

/**
 * Opens this many requests that the API holds open: it answers 200 at once, and the body does not end. Calls `skip` where it
 * has no such route.
 */
export async function holdRequests(url: string, count: number, skip: (reason: string) => never): Promise<HeldRequests> {
  const { pathname } = new URL(url);
  const askedAt = Date.now();
  const closing = new AbortController();
  const release = () => closing.abort();
  try {
    const headers = { traceparent: newUnsampledParent() };
    const options = {
      dispatcher: freshConnections,
      headers,
      signal: closing.signal,
      headersTimeout: ANSWER_MS,
      bodyTimeout: 0,
    };
    const answers = await Promise.all(Array.from({ length: count }, () => request(url, options)));
    // What is closed has a body that ends with an error.
    for (const { body } of answers) body.on('error', () => undefined);
    const statuses = answers.map(({ statusCode }) => statusCode);
    if (statuses.includes(404)) skip(`${url} answers 404: this service has no route that holds a request open`);
    const status = statuses.find((one) => one !== 200);
    if (status !== undefined) {
      throw new UnexpectedAnswer({
        service: 'api',
        request: `GET ${pathname}`,
        status,
        wanted: 200,
        body: '',
        askedAt,
      });
    }
  } catch (error) {
    release();
    throw error;
  }
  return { release, [Symbol.dispose]: release };
}

/** How long a service may take to answer, and one that did not answer the last time. */
const ANSWER_MS: Milliseconds = 10_000;
const BRIEF_MS: Milliseconds = 1000;

/** The origins that have not answered the last request: those after it need not wait as long. */
const silent = new Set<string>();

async function send(url: string, body: unknown, headers: Record<string, string>): Promise<HttpResult> {
  const userAgent = `alloy-verify/${randomUUID()}`;
  const { origin, pathname } = new URL(url);
  const method = body === undefined ? 'GET' : 'POST';
  const askedAt = Date.now();
  const { statusCode, body: answer } = await request(url, {
    dispatcher: freshConnections,
    signal: AbortSignal.timeout(silent.has(origin) ? BRIEF_MS : ANSWER_MS),
    method,
    headers: { 'user-agent': userAgent, ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'TimeoutError') silent.add(origin);
    throw error;
  });
  silent.delete(origin);
  const text = await answer.text();
  const json = text === '' ? undefined : JSON.parse(text);
  return { request: `${method} ${pathname}`, status: statusCode, json, userAgent, askedAt };
}
