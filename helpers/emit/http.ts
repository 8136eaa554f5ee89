import { randomUUID } from 'node:crypto';
import { request } from 'undici';

/** The answer to a request that a spec made, and the user agent that only its trace carries. */
export type HttpResult = { readonly status: number; readonly json: unknown; readonly userAgent: string };

/** Sends one request to a service, under a user agent of its own. */
export async function call(url: string, body?: unknown): Promise<HttpResult> {
  const userAgent = `alloy-verify/${randomUUID()}`;
  const { statusCode, body: answer } = await request(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'user-agent': userAgent, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: statusCode, json: text === '' ? undefined : JSON.parse(text), userAgent };
}
