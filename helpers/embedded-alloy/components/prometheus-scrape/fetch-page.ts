import { STATUS_CODES } from 'node:http';
import { type Dispatcher, request } from 'undici';
import { gunzipBounded } from '../../../otlp/compression.ts';
import { DecodeError } from '../../../otlp/message.ts';
import { userAgent } from '../../identity.ts';
import { describeError } from '../../language/describe-error.ts';
import { describeBodyFailure, describeFailure, redactUrl } from '../../pipeline/http/failure.ts';
import type { PrometheusClient } from '../../pipeline/http/prometheus-client.ts';
import { IN_PROCESS_ADDRESS, type Page, type PageSource } from '../../pipeline/in-process-pages.ts';
import type { ScrapeArgs } from './block.ts';
import { LimitError } from './limit-error.ts';
import type { Target } from './target.ts';

/** The maximum if `body_size_limit` sets none: a target never decides how much memory is used. */
const MAX_PAGE_BYTES = 64 * 1024 * 1024;
const PROTOCOLS: Readonly<Record<string, string>> = {
  'PrometheusText0.0.4': 'text/plain;version=0.0.4',
  'PrometheusText1.0.0': 'text/plain;version=1.0.0',
  'OpenMetricsText0.0.1': 'application/openmetrics-text;version=0.0.1',
  'OpenMetricsText1.0.0': 'application/openmetrics-text;version=1.0.0',
};
/** The weight of the first protocol: Prometheus knows five, and counts down from one more. */
const FIRST_WEIGHT = 6;

/** Fetches the pages of targets. */
export type PageFetcher = (target: Target, signal: AbortSignal) => Promise<Page>;

/**
 * Fetches pages as `prometheus.scrape` does (headers, compression, limits). @throws LimitError for a page over the
 * limit; Error with Prometheus's message if there is no answer, half a page or a status other than 200
 */
export function createPageFetcher(
  args: ScrapeArgs,
  client: PrometheusClient,
  pages: ReadonlyMap<string, PageSource>,
): PageFetcher {
  const accept = acceptHeader(args);
  const limit = args.body_size_limit > 0 ? args.body_size_limit : MAX_PAGE_BYTES;

  const fetchRemote = async (target: Target, signal: AbortSignal): Promise<Page> => {
    const credentials = readCredentials(client, target);
    const headers = {
      accept,
      'accept-encoding': args.enable_compression ? 'gzip' : 'identity',
      'user-agent': userAgent,
      'x-prometheus-scrape-timeout-seconds': String(target.timeoutMs / 1000),
      ...credentials,
    };
    let response: Dispatcher.ResponseData;
    try {
      response = await request(target.url, { headers, signal, dispatcher: client.dispatcher });
    } catch (error) {
      throw new Error(describeFailure('GET', target.url, error).text);
    }
    if (response.statusCode !== 200) {
      await response.body.dump().catch(() => {});
      throw createStatusError(response.statusCode);
    }
    const body = await readLimited(response, limit);
    const packed = String(response.headers['content-encoding'] ?? '') === 'gzip';
    return {
      status: response.statusCode,
      contentType: String(response.headers['content-type'] ?? ''),
      body: packed ? Buffer.from(await unpack(body, limit)) : body,
    };
  };

  const fetchInProcess = async (target: Target, signal: AbortSignal): Promise<Page> => {
    // It needs none, and a file with one that can't be read fails this scrape as well.
    readCredentials(client, target);
    const source = pages.get(target.path.split('?', 1)[0] ?? '') ?? noPage;
    let page: Page;
    try {
      page = await source(signal);
    } catch (error) {
      throw signal.aborted ? new Error(describeFailure('GET', target.url, signal.reason).text) : error;
    }
    if (page.status !== 200) {
      throw createStatusError(page.status);
    }
    return page;
  };

  return (target, signal) =>
    target.address === IN_PROCESS_ADDRESS ? fetchInProcess(target, signal) : fetchRemote(target, signal);
}

function readCredentials(client: PrometheusClient, target: Target): ReturnType<PrometheusClient['headers']> {
  try {
    return client.headers();
  } catch (error) {
    throw new Error(`Get "${redactUrl(target.url)}": ${describeError(error)}`);
  }
}

function createStatusError(status: number): Error {
  return new Error(`server returned HTTP status ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd());
}

const noPage: PageSource = async () => ({ status: 404, contentType: '', body: Buffer.alloc(0) });

async function readLimited(response: Dispatcher.ResponseData, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body) {
      size += chunk.length;
      if (size >= limit) {
        throw createBodyLimitError();
      }
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof LimitError ? error : new Error(describeBodyFailure(error));
  }
  return Buffer.concat(chunks, size);
}

async function unpack(body: Buffer, limit: number): Promise<Uint8Array> {
  try {
    return await gunzipBounded(body, limit);
  } catch (error) {
    const isTooLarge = error instanceof DecodeError && error.problem === 'too large';
    throw isTooLarge ? createBodyLimitError() : new Error(describeError(error));
  }
}

function createBodyLimitError(): LimitError {
  return new LimitError('body size limit exceeded', 'body');
}

function acceptHeader(args: ScrapeArgs): string {
  const known = args.scrape_protocols.filter((protocol) => protocol in PROTOCOLS);
  const parts = known.map((protocol, index) => {
    const escaped = protocol.endsWith('1.0.0') ? `;escaping=${args.metric_name_escaping_scheme}` : '';
    return `${PROTOCOLS[protocol]}${escaped};q=0.${FIRST_WEIGHT - index}`;
  });
  return [...parts, `*/*;q=0.${FIRST_WEIGHT - known.length}`].join(',');
}
