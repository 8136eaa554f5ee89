import { promisify } from 'node:util';
import { deflate, gzip, zstdCompress } from 'node:zlib';
import { Agent, type Dispatcher } from 'undici';
import { ExportResponse, RpcStatus } from '../../../otlp/schema.ts';
import { createUnsupportedError, userAgent } from '../../identity.ts';
import { describeError } from '../../language/describe-error.ts';
import { describeFailure, redactUrl } from '../../pipeline/http/failure.ts';
import { postFollowing } from '../../pipeline/http/follow-redirects.ts';
import { readClientTls } from '../../pipeline/http/otelcol-tls.ts';
import { explainUnsendable } from '../../pipeline/http/url-parts.ts';
import { formatJson } from '../../pipeline/otlp/batch.ts';
import { ExportError } from '../../pipeline/otlp/export-error.ts';
import type { ExporterParts } from '../../pipeline/otlp/exporter.ts';
import { type PartialSuccess, warnAboutPartialSuccess } from '../../pipeline/otlp/exporter.ts';
import { convertHttpStatus, STATUS_NAMES } from '../../pipeline/otlp/status.ts';
import type { OtlpBatch, Signal } from '../../schema/capsules.ts';
import type { Logger } from '../../schema/component.ts';
import type { OtlpHttpExporterArgs } from './block.ts';

const gzipAsync = promisify(gzip);
const deflateAsync = promisify(deflate);
const zstdAsync = promisify(zstdCompress);
const RETRYABLE: readonly number[] = [429, 502, 503, 504];
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * POSTs a batch to the URL of its signal. The errors carry Alloy's messages. 429, 502, 503, 504 and a missing answer
 * may be retried, everything else may not (OTLP 1.x, "OTLP/HTTP Response", "Failures").
 */
export function createHttpPush(
  args: OtlpHttpExporterArgs,
  urls: Readonly<Record<Signal, string>>,
  log: Logger,
): Pick<ExporterParts, 'push' | 'close'> {
  const { client } = args;
  const compress = createCompressor(client.compression, client.compression_params?.level);
  const agent = new Agent({
    connect: readClientTls(client.tls),
    connections: client.max_conns_per_host > 0 ? client.max_conns_per_host : null,
    keepAliveTimeout: client.idle_conn_timeout > 0 ? client.idle_conn_timeout : 90_000,
    pipelining: client.disable_keep_alives ? 0 : 1,
    // The timeout of the block covers the whole attempt.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const json = args.encoding === 'json';

  const push = async (batch: OtlpBatch): Promise<void> => {
    const url = urls[batch.signal];
    const refusal = explainUnsendable(url);
    if (refusal !== undefined) {
      throw createRequestError(`Post "${redactUrl(url)}": ${refusal}`, '_OTHER');
    }
    const packed = await compress(json ? Buffer.from(formatJson(batch)) : batch.body);
    const headers = {
      'content-type': json ? 'application/json' : 'application/x-protobuf',
      'user-agent': userAgent,
      ...(packed.encoding !== '' && { 'content-encoding': packed.encoding }),
      // A login is added last, as in the collector (config/confighttp), whatever the case of a header.
      ...toLowerCase(client.headers),
      ...client.auth?.(),
    };
    // A timer counts whole milliseconds.
    const timeout = client.timeout > 0 ? { signal: AbortSignal.timeout(Math.floor(client.timeout)) } : {};
    let response: Dispatcher.ResponseData;
    let answer: Buffer;
    let at = url;
    try {
      response = await postFollowing(url, { headers, body: packed.body, dispatcher: agent, ...timeout }, (next) => {
        at = next;
      });
      answer = await readAnswer(response);
    } catch (error) {
      const failure = describeFailure('POST', at, error);
      const type =
        failure.kind === 'deadline' ? 'Deadline_Exceeded' : failure.kind === 'canceled' ? 'Canceled' : '_OTHER';
      throw createRequestError(failure.text, type);
    }
    const partial = readResult(url, response, answer);
    if (partial !== undefined) {
      warnAboutPartialSuccess(log, batch.signal, partial);
    }
  };
  return { push, close: () => agent.destroy() };
}

function createRequestError(reason: string, type: string): ExportError {
  return new ExportError(`failed to make an HTTP request: ${reason}`, { type });
}

function readResult(url: string, response: Dispatcher.ResponseData, answer: Buffer): PartialSuccess | undefined {
  const { statusCode, headers } = response;
  if (statusCode >= 200 && statusCode <= 299) {
    return readPartialSuccess(String(headers['content-type'] ?? ''), answer);
  }
  const type = STATUS_NAMES[convertHttpStatus(statusCode)] ?? 'Unknown';
  const status = statusCode >= 400 ? readStatus(answer) : undefined;
  const details = status === undefined ? '' : `, Message=${status}, Details=[]`;
  const message = `rpc error: code = ${type} desc = error exporting items, request to ${redactUrl(url)} responded with HTTP Status Code ${statusCode}${details}`;
  if (!RETRYABLE.includes(statusCode)) {
    throw new ExportError(`Permanent error: ${message}`, { permanent: true, type });
  }
  const seconds = statusCode === 429 || statusCode === 503 ? readRetryAfter(headers['retry-after']) : undefined;
  throw seconds === undefined
    ? new ExportError(message, { type })
    : new ExportError(`Throttle (${seconds}s), error: ${message}`, { type, retryAfterMs: seconds * 1000 });
}

/** The first 64 KiB of the answer; the rest is discarded. */
async function readAnswer(response: Dispatcher.ResponseData): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size <= MAX_ANSWER_BYTES) {
      chunks.push(chunk);
    }
  }
  return Buffer.concat(chunks);
}

function readStatus(answer: Buffer): string | undefined {
  try {
    return RpcStatus.decode(answer).message;
  } catch {
    return undefined;
  }
}

function readPartialSuccess(contentType: string, answer: Buffer): PartialSuccess | undefined {
  if (answer.length === 0) {
    return undefined;
  }
  try {
    if (contentType === 'application/x-protobuf') {
      const { partialSuccess } = ExportResponse.decode(answer);
      return partialSuccess && { message: partialSuccess.errorMessage, dropped: Number(partialSuccess.rejected) };
    }
    if (contentType === 'application/json') {
      const parsed = JSON.parse(answer.toString()) as { partialSuccess?: Readonly<Record<string, unknown>> };
      const partial = parsed.partialSuccess ?? {};
      const dropped = partial.rejectedSpans ?? partial.rejectedDataPoints ?? partial.rejectedLogRecords ?? 0;
      return { message: String(partial.errorMessage ?? ''), dropped: Number(dropped) };
    }
  } catch (error) {
    const kind = contentType === 'application/json' ? 'json' : 'protobuf';
    const reason = describeError(error);
    throw new ExportError(`Permanent error: error parsing ${kind} response: ${reason}`, { permanent: true });
  }
  return undefined;
}

function readRetryAfter(header: string | string[] | undefined): number | undefined {
  const value = Array.isArray(header) ? header[0] : header;
  if (value === undefined) {
    return undefined;
  }
  if (/^\d+$/.test(value)) {
    return Number(value);
  }
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.round((date - Date.now()) / 1000));
}

type EncodedBody = { readonly encoding: string; readonly body: Uint8Array };

function createCompressor(name: string, level: number | undefined): (body: Uint8Array) => Promise<EncodedBody> {
  const options = level === undefined ? {} : { level };
  switch (name) {
    case '':
    case 'none':
      return async (body) => ({ encoding: '', body });
    case 'gzip':
      return async (body) => ({ encoding: name, body: await gzipAsync(body, options) });
    case 'zlib':
    case 'deflate':
      return async (body) => ({ encoding: name, body: await deflateAsync(body, options) });
    case 'zstd':
      return async (body) => ({ encoding: name, body: await zstdAsync(body) });
    default:
      throw createUnsupportedError(`client > compression "${name}" of otelcol.exporter.otlphttp`);
  }
}

function toLowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
