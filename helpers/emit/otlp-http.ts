import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { request } from 'undici';
import { ExportFailed } from '../otlp/failed-export.ts';
import type { Message } from '../otlp/message.ts';
import type { LogsData as Logs, MetricsData as Metrics, TracesData as Traces } from '../otlp/schema.ts';
import { ExportResponse, LogsData, MetricsData, RpcStatus, TracesData } from '../otlp/schema.ts';

const gzipAsync = promisify(gzip);

type Signal = 'traces' | 'metrics' | 'logs';

/** One signal's data. */
export type Export = { readonly traces: Traces } | { readonly metrics: Metrics } | { readonly logs: Logs };
/** How a body is encoded and compressed. */
export type Encoding = { readonly format: 'json' | 'protobuf'; readonly gzip?: boolean };
/** An answer's status and body. */
export type HttpAnswer = { readonly status: number; readonly bytes: Buffer };

/**
 * Sends one export to an OTLP/HTTP receiver at `url` (`http://host:4318`) and returns how many items of it were rejected
 * (OTLP 1.x, "OTLP/HTTP"). Throws {@link ExportFailed} where it gives no answer, or one with another status than 200; rejects
 * where something else answers 200, such as a web page, and where `signal` aborts it before.
 */
export async function sendHttp(url: string, data: Export, encoding: Encoding, signal?: AbortSignal): Promise<bigint> {
  const { path, json, protobuf } = describeSignal(data);
  const written = encoding.format === 'json' ? Buffer.from(JSON.stringify(json())) : protobuf();
  const headers = {
    'content-type': encoding.format === 'json' ? 'application/json' : 'application/x-protobuf',
    ...(encoding.gzip && { 'content-encoding': 'gzip' }),
  };
  const body = encoding.gzip ? await gzipAsync(written) : written;
  const about = { protocol: 'http', url: `${url}${path}`, signal: nameSignal(data) } as const;
  const { status, bytes } = await post(about.url, body, headers, signal).catch((error: Error) => {
    if (signal?.aborted) throw error;
    throw new ExportFailed({ ...about, reason: error.message }, { cause: error });
  });
  if (status !== 200) {
    throw new ExportFailed({ ...about, status: `HTTP ${status}`, reason: readReason(encoding.format, bytes) });
  }
  const rejected = countRejected(encoding.format, bytes);
  if (rejected === undefined) throw new Error(`${url}${path} answers 200 with what is no OTLP response`);
  return rejected;
}

/** The answer to one encoding of {@link sendEveryWay}; `rejected` counts items. */
export type EncodingAnswer = { readonly encoding: string; readonly rejected: bigint };

/**
 * Sends the same export as JSON and as protobuf, each plain and gzip, one after the other. Throws as {@link sendHttp} does, at
 * the first that is refused.
 */
export async function sendEveryWay(url: string, data: Export): Promise<EncodingAnswer[]> {
  const answers: EncodingAnswer[] = [];
  for (const format of ['json', 'protobuf'] as const) {
    for (const gzip of [false, true]) {
      const rejected = await sendHttp(url, data, { format, gzip });
      answers.push({ encoding: gzip ? `${format}, gzip` : format, rejected });
    }
  }
  return answers;
}

/** The message of a status, as an OTLP receiver answers it (OTLP 1.x, "Failures"), or the start of any other answer. */
function readReason(format: Encoding['format'], bytes: Buffer): string {
  const text = () => bytes.toString().trim();
  try {
    const message = format === 'json' ? JSON.parse(bytes.toString()).message : RpcStatus.decode(bytes).message;
    return typeof message === 'string' && message !== '' ? message : text();
  } catch {
    return text();
  }
}

/** Undefined where the answer is no export response. */
function countRejected(format: Encoding['format'], bytes: Buffer): bigint | undefined {
  try {
    if (format === 'protobuf') return ExportResponse.decode(bytes).partialSuccess?.rejected ?? 0n;
    // JSON names the field after the signal, such as rejectedSpans (OTLP 1.x, "Partial Success").
    const fields = Object.entries<string>(JSON.parse(bytes.toString()).partialSuccess ?? {});
    return BigInt(fields.find(([name]) => name.startsWith('rejected'))?.[1] ?? 0);
  } catch {
    return undefined;
  }
}

/** Posts any bytes with any headers, for bodies that are malformed on purpose. Rejects where `signal` aborts it. */
export async function post(
  url: string,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | null = null,
): Promise<HttpAnswer> {
  const { statusCode, body: answer } = await request(url, { method: 'POST', headers, body, signal });
  return { status: statusCode, bytes: Buffer.from(await answer.arrayBuffer()) };
}

/** The signal of an export. */
export function nameSignal(data: Export): Signal {
  return 'traces' in data ? 'traces' : 'metrics' in data ? 'metrics' : 'logs';
}

function describeSignal(data: Export): { path: string; json: () => unknown; protobuf: () => Uint8Array } {
  if ('traces' in data) return createWriters('/v1/traces', TracesData, data.traces);
  if ('metrics' in data) return createWriters('/v1/metrics', MetricsData, data.metrics);
  return createWriters('/v1/logs', LogsData, data.logs);
}

function createWriters<T extends object>(path: string, message: Message<T>, value: T) {
  return { path, json: () => message.toJson(value), protobuf: () => message.encode(value) };
}
