import { request } from 'undici';

/** An HTTP answer of a part of the stack. */
export type Page = { readonly status: number; readonly contentType: string; readonly body: string };

const TIMEOUT_MS = 10_000;

/** GETs a page, whatever its status. Throws if there is no answer. */
export async function getPage(url: string, timeout = TIMEOUT_MS): Promise<Page> {
  const ask = () => request(url, { headersTimeout: timeout, bodyTimeout: timeout });
  const { statusCode, headers, body } = await ask().catch((error: unknown) => {
    // A server may close an idle connection at the moment at which it is used again.
    if (isClosed(error)) return ask();
    throw error;
  });
  return { status: statusCode, contentType: String(headers['content-type'] ?? ''), body: await body.text() };
}

function isClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(?:UND_ERR_SOCKET|ECONNRESET|EPIPE)$/.test(String(error.code));
}
