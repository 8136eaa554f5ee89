import { request } from 'undici';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import type { ServiceAccess } from '../../run/endpoints.ts';

const Config = z.object({
  distributor: z.object({
    receivers: z.object({ otlp: z.object({ protocols: z.object({ http: z.object({ endpoint: z.string() }) }) }) }),
  }),
});
const STANDARD_PORT = 4318;

/**
 * Where a Tempo receives OTLP over HTTP, as `http://HOST:PORT`: on the port that its own page shows (Tempo HTTP API, "Status"),
 * else the standard one; its host is that of its query API.
 */
export async function findTempoReceiver({ url }: Pick<ServiceAccess, 'url'>): Promise<string> {
  const { protocol, hostname } = new URL(url);
  const port = await readPort(`${url}/status/config`).catch(() => STANDARD_PORT);
  return `${protocol}//${hostname}:${port}`;
}

async function readPort(page: string): Promise<number> {
  const { body } = await request(page, { signal: AbortSignal.timeout(4000) });
  // The page begins with a document that is its own title.
  const documents = parseAllDocuments(await body.text()).map((document) => document.toJS());
  const { endpoint } = Config.parse(documents.at(-1)).distributor.receivers.otlp.protocols.http;
  return Number(/:(\d+)$/.exec(endpoint)?.[1] ?? STANDARD_PORT);
}
