import { STATUS_CODES } from 'node:http';
import { type Dispatcher, request } from 'undici';
import { userAgent } from '../../identity.ts';
import { describeError } from '../../language/describe-error.ts';
import { describeFailure, redactUrl } from '../../pipeline/http/failure.ts';
import { postFollowing } from '../../pipeline/http/follow-redirects.ts';
import type { PrometheusClient } from '../../pipeline/http/prometheus-client.ts';
import { explainUnsendable } from '../../pipeline/http/url-parts.ts';
import type { RemoteWriteEndpoint } from './block.ts';

/** How an attempt ended. */
export type PushResult =
  | { readonly outcome: 'sent' }
  | { readonly outcome: 'recoverable'; readonly reason: string; readonly retryAfterMs: number }
  | { readonly outcome: 'failed'; readonly reason: string };

const MAX_REASON_BYTES = 1024;

/**
 * Makes one attempt to send a body (remote write 1.0, "Protocol"). 5xx, 429 with `retry_on_http_429`, and a missing
 * answer may be retried; any other status that is not 2xx may not. The reasons are Prometheus's.
 */
export async function push(
  endpoint: RemoteWriteEndpoint,
  client: PrometheusClient,
  body: Uint8Array,
  attempt: number,
  ending: AbortSignal,
): Promise<PushResult> {
  const { url } = endpoint;
  const createRecoverable = (reason: string, retryAfterMs = 0): PushResult => ({
    outcome: 'recoverable',
    reason,
    retryAfterMs,
  });
  const refusal = explainUnsendable(url);
  if (refusal !== undefined) {
    return createRecoverable(`Post "${redactUrl(url)}": ${refusal}`);
  }
  let credentials: ReturnType<PrometheusClient['headers']>;
  try {
    credentials = client.headers();
  } catch (error) {
    return createRecoverable(`Post "${redactUrl(url)}": ${describeError(error)}`);
  }
  const headers = {
    'content-encoding': 'snappy',
    'content-type': 'application/x-protobuf',
    'user-agent': userAgent,
    'x-prometheus-remote-write-version': '0.1.0',
    ...(attempt > 0 && { 'retry-attempt': String(attempt) }),
    ...credentials,
    ...endpoint.headers,
  };
  const signal = AbortSignal.any([ending, AbortSignal.timeout(endpoint.remote_timeout)]);
  let response: Dispatcher.ResponseData;
  let answer: string;
  let at = url;
  try {
    const options = { headers, body, signal, dispatcher: client.agent };
    response = endpoint.follow_redirects
      ? await postFollowing(url, options, (next) => {
          at = next;
        })
      : await request(url, { method: 'POST', ...options });
    answer = await readStart(response);
  } catch (error) {
    return createRecoverable(describeFailure('POST', at, error).text);
  }
  const { statusCode } = response;
  if (statusCode >= 200 && statusCode <= 299) {
    return { outcome: 'sent' };
  }
  const reason = `server returned HTTP status ${statusCode} ${STATUS_CODES[statusCode] ?? ''}: ${answer}`;
  if (statusCode >= 500 || (statusCode === 429 && endpoint.queue_config.retry_on_http_429)) {
    return createRecoverable(reason, readRetryAfter(response.headers['retry-after']));
  }
  return { outcome: 'failed', reason };
}

async function readStart(response: Dispatcher.ResponseData): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    if (size < MAX_REASON_BYTES) {
      chunks.push(chunk);
    }
    size += chunk.length;
  }
  return Buffer.concat(chunks).subarray(0, MAX_REASON_BYTES).toString();
}

function readRetryAfter(header: string | string[] | undefined): number {
  const value = Array.isArray(header) ? header[0] : header;
  if (value === undefined) {
    return 0;
  }
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(milliseconds) ? 0 : Math.max(0, milliseconds);
}
