import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import { newUnsampledParent } from '../otlp/ids.ts';

/** The answer to a request that a spec made, and the user agent that only its trace carries. */
export type HttpResult = { readonly status: number; readonly json: unknown; readonly userAgent: string };

/** Sends one request to a service, under a user agent of its own: a POST if there is a body. */
export function call(url: string, body?: unknown): Promise<HttpResult> {
  return send(url, body, {});
}

/** Sends one request as {@link call} does, whose trace nobody looks for: the service makes no spans of it. */
export function callUntraced(url: string, body?: unknown): Promise<HttpResult> {
  return send(url, body, { traceparent: newUnsampledParent() });
}

async function send(url: string, body: unknown, headers: Record<string, string>): Promise<HttpResult> {
  const userAgent = `alloy-verify/${randomUUID()}`;
  const { statusCode, body: answer } = await request(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'user-agent': userAgent, ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: statusCode, json: text === '' ? undefined : JSON.parse(text), userAgent };
}
