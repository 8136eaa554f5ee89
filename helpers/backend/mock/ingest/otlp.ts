import { gunzipBounded, LARGEST_BODY } from '../../../otlp/compression.ts';
import { nowNanos } from '../../../otlp/ids.ts';
import type { Message } from '../../../otlp/message.ts';
import { DecodeError } from '../../../otlp/message.ts';
import { ExportResponse, LogsData, MetricsData, RpcStatus, TracesData } from '../../../otlp/schema.ts';
import type { Backend } from '../backend.ts';
import { noteArrival } from '../backend.ts';
import { count } from '../counters.ts';
import type { Answer } from '../http/answer.ts';
import { json, text } from '../http/answer.ts';
import { labelsFrom } from '../store/labels.ts';
import { parseJson } from './json-bound.ts';
import { translateLogs } from './logs.ts';
import { translateMetrics } from './metrics.ts';

/** The codes of `google.rpc.Code` that the gateway answers. */
const INVALID_ARGUMENT = 3;
const RESOURCE_EXHAUSTED = 8;
const UNAUTHENTICATED = 16;

type ContentType = 'application/json' | 'application/x-protobuf';
/** What was not taken of an export that was, as a whole. */
type Shortfall = { readonly rejected: number; readonly message: string };

/** The OTLP/HTTP endpoint for one signal: method, type and encoding first, as Alloy's receiver checks them, then the body. */
export type OtlpEndpoint = (request: {
  readonly method: string;
  readonly contentType: string | undefined;
  readonly encoding: string | undefined;
  readonly body: () => Promise<Uint8Array>;
}) => Promise<Answer>;

/** `POST /v1/traces`, `/v1/metrics` and `/v1/logs` of a backend (OTLP 1.x, "OTLP/HTTP"). */
export function otlpEndpoints(backend: Backend): Readonly<Record<'traces' | 'metrics' | 'logs', OtlpEndpoint>> {
  return {
    traces: endpoint(TracesData, 'rejectedSpans', (data, bytes) => {
      const spans = data.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans).flatMap((scope) => scope.spans);
      if (spans.some(({ traceId }) => traceId.length === 0)) throw new DecodeError('trace ids must be 128 bit');
      if (spans.length > 0) backend.traces.add(bytes ?? TracesData.encode(data), data);
      noteArrival(backend, 'spans', spans.length, '/otlp/v1/traces');
      return undefined;
    }),
    metrics: endpoint(MetricsData, 'rejectedDataPoints', (data) => {
      const { samples, rejected, remarks } = translateMetrics(data);
      for (const { labels, time, value, stale } of samples) {
        const appended = backend.series.append(backend.series.resolve(labelsFrom(labels)), time, value, stale);
        if (appended !== 'stored' && appended !== 'duplicate') count(backend.counters.discarded, appended);
      }
      noteArrival(backend, 'samples', samples.length, '/otlp/v1/metrics');
      if (rejected > 0) count(backend.counters.discarded, 'invalid_temporality', rejected);
      return remarks.length > 0 ? { rejected, message: remarks.join('; ') } : undefined;
    }),
    logs: endpoint(LogsData, 'rejectedLogRecords', (data) => {
      let records = 0;
      for (const { labels, entries } of translateLogs(data, nowNanos())) {
        backend.logs.add(labels, entries);
        records += entries.length;
      }
      noteArrival(backend, 'log records', records, '/otlp/v1/logs');
      return undefined;
    }),
  };
}

function endpoint<T extends object>(
  message: Message<T>,
  rejectedName: string,
  take: (data: T, bytes: Uint8Array | undefined) => Shortfall | undefined,
): OtlpEndpoint {
  return async ({ method, contentType, encoding, body }) => {
    if (method !== 'POST') return text405();
    const type = supported(contentType);
    if (type === undefined) return text415();
    if (encoding !== undefined && encoding !== '' && encoding !== 'gzip' && encoding !== 'identity') {
      return otlpError(400, `unsupported Content-Encoding: ${encoding}`, type);
    }
    try {
      const raw = await body();
      const bytes = encoding === 'gzip' ? await inTurn(() => gunzipBounded(raw)) : raw;
      const asJson = type === 'application/json';
      const data = asJson ? message.fromJson(parseJson(bytes)) : message.decode(bytes);
      return otlpSuccess(type, rejectedName, take(data, asJson ? undefined : bytes));
    } catch (error) {
      if (error instanceof DecodeError) return otlpError(400, error.message, type);
      throw error;
    }
  };
}

/** An error answer in the type of the request: JSON or protobuf `google.rpc.Status`. */
export function otlpError(status: number, problem: string, contentType: string | undefined): Answer {
  const type = supported(contentType) ?? 'application/json';
  const code =
    status === 401 ? UNAUTHENTICATED : status === 429 || status === 413 ? RESOURCE_EXHAUSTED : INVALID_ARGUMENT;
  return encoded(status, RpcStatus, { code, message: problem }, type);
}

/** In JSON the count is named for the signal; in protobuf the field has the same number for all three. */
function otlpSuccess(type: ContentType, rejectedName: string, shortfall: Shortfall | undefined): Answer {
  const { rejected, message } = shortfall ?? { rejected: 0, message: '' };
  if (type === 'application/x-protobuf') {
    return encoded(
      200,
      ExportResponse,
      { partialSuccess: { rejected: BigInt(rejected), errorMessage: message } },
      type,
    );
  }
  const counted = rejected > 0 ? { [rejectedName]: String(rejected) } : {};
  return json(200, { partialSuccess: { ...counted, ...(message !== '' && { errorMessage: message }) } });
}

function encoded<T extends object>(status: number, message: Message<T>, value: T, type: ContentType): Answer {
  const body = type === 'application/json' ? JSON.stringify(message.toJson(value)) : message.encode(value);
  return { status, headers: { 'content-type': type }, body };
}

function supported(contentType: string | undefined): ContentType | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  return type === 'application/json' || type === 'application/x-protobuf' ? type : undefined;
}

function text405(): Answer {
  return { ...text(405, '405 method not allowed, supported: [POST]'), headers: { 'content-type': 'text/plain' } };
}

function text415(): Answer {
  const problem = '415 unsupported media type, supported: [application/json, application/x-protobuf]';
  return { ...text(415, problem), headers: { 'content-type': 'text/plain' } };
}

/** Bodies are unpacked one after another: small ones may unpack to {@link LARGEST_BODY} each, and many may come at once. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = lastTurn.then(work);
  lastTurn = turn.then(
    () => undefined,
    () => undefined,
  );
  return turn;
}
let lastTurn: Promise<unknown> = Promise.resolve();
