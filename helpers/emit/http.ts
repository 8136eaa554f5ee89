import { randomUUID } from 'node:crypto';
import { request } from 'undici';

/** The answer to a request that a spec made, and the user agent by which its trace is told from all others. */
export type Called = { readonly status: number; readonly json: unknown; readonly userAgent: string };

/** Sends one request to a service, under a user agent of its own. */
export async function call(url: string, body?: unknown): Promise<Called> {
  const userAgent = `alloy-verify/${randomUUID()}`;
  const { statusCode, body: answer } = await request(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'user-agent': userAgent, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: statusCode, json: text === '' ? undefined : JSON.parse(text), userAgent };
}
