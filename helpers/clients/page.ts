import { request } from 'undici';

/** An HTTP answer of a part of the stack. */
export type Page = { readonly status: number; readonly contentType: string; readonly body: string };

const TIMEOUT_MS = 10_000;

/** GETs a page, whatever its status. Throws if there is no answer. */
export async function getPage(url: string, timeout = TIMEOUT_MS): Promise<Page> {
  const { statusCode, headers, body } = await request(url, { headersTimeout: timeout, bodyTimeout: timeout });
  return { status: statusCode, contentType: String(headers['content-type'] ?? ''), body: await body.text() };
}
