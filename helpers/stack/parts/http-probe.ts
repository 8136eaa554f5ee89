import { request } from 'undici';
import { newUnsampledParent } from '../../otlp/ids.ts';

/** What `GET url` answers within a few seconds. A service makes no spans of it. Throws where nothing answers. */
export async function get(url: string): Promise<{ status: number; text: string }> {
  const headers = { traceparent: newUnsampledParent() };
  const { statusCode, body } = await request(url, { headers, headersTimeout: 5000, bodyTimeout: 5000 });
  return { status: statusCode, text: await body.text() };
}

/** Throws unless `POST url` with this JSON answers 200 within a few seconds. */
export async function mustAccept(url: string, json: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await request(url, { method: 'POST', headers, body: json, headersTimeout: 5000, bodyTimeout: 5000 });
  await answer.body.dump();
  if (answer.statusCode !== 200) throw new Error(`POST ${url} answers ${answer.statusCode}`);
}

/** Throws unless `GET url` answers 200. */
export async function mustAnswer(url: string): Promise<void> {
  const { status } = await get(url);
  if (status !== 200) throw new Error(`GET ${url} answers ${status}`);
}
