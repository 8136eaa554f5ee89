import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { getAnswer } from '../../clients/http.ts';
import type { ServiceAccess } from '../../run/endpoints.ts';

const Config = z.object({
  distributor: z.object({
    receivers: z.object({ otlp: z.object({ protocols: z.object({ http: z.object({ endpoint: z.string() }) }) }) }),
  }),
});
const STANDARD_PORT = 4318;

/**
 * Where a Tempo receives OTLP over HTTP, as `http://HOST:PORT`: on the port that its own page shows (Tempo HTTP API, "Status"),
 * else the standard one; its host is that of its query API. Throws an error that says why it gives no answer within `timeout`
 * milliseconds: a port that is only guessed may be that of something else.
 */
export async function findTempoReceiver(access: ServiceAccess, timeout?: number): Promise<string> {
  const { protocol, hostname } = new URL(access.url);
  const { body } = await getAnswer(access, '/status/config', timeout);
  return `${protocol}//${hostname}:${readPort(body) ?? STANDARD_PORT}`;
}

/** The page begins with a document that is its own title. */
function readPort(page: string): number | undefined {
  const configuration = Config.safeParse(parseAllDocuments(page).at(-1)?.toJS()).data;
  const { endpoint = '' } = configuration?.distributor.receivers.otlp.protocols.http ?? {};
  const [, port] = /:(\d+)$/.exec(endpoint) ?? [];
  return port === undefined ? undefined : Number(port);
}
