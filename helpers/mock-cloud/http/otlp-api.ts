import { gunzipBounded, LARGEST_BODY } from '../../otlp/compression.ts';
import type { Message } from '../../otlp/message.ts';
import { DecodeError } from '../../otlp/message.ts';
import { ExportResponse, RpcStatus } from '../../otlp/schema.ts';
import type { Backend } from '../backend.ts';
import type { OtlpSignal, OtlpTaker, Shortfall } from '../ingest/otlp.ts';
import { otlpTakers } from '../ingest/otlp.ts';
import type { Answer } from './answer.ts';
import { json, text } from './answer.ts';

/** The codes of `google.rpc.Code` that the gateway answers. */
const INVALID_ARGUMENT = 3;
const RESOURCE_EXHAUSTED = 8;
const UNAUTHENTICATED = 16;

type ContentType = 'application/json' | 'application/x-protobuf';

/** The OTLP/HTTP endpoint for one signal: method, type and encoding first, as Alloy's receiver checks them, then the body. */
export type OtlpEndpoint = (request: {
  readonly method: string;
  readonly contentType: string | undefined;
  readonly encoding: string | undefined;
  readonly body: () => Promise<Uint8Array>;
}) => Promise<Answer>;

/** In JSON the count of what was not taken is named for the signal. */
const REJECTED: Readonly<Record<OtlpSignal, string>> = {
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints',
  logs: 'rejectedLogRecords',
};

/** `POST /v1/traces`, `/v1/metrics` and `/v1/logs` of a backend (OTLP 1.x, "OTLP/HTTP"). */
export function otlpEndpoints(backend: Backend): Readonly<Record<OtlpSignal, OtlpEndpoint>> {
  const takers = otlpTakers(backend);
  return {
    traces: endpoint('traces', takers.traces),
    metrics: endpoint('metrics', takers.metrics),
    logs: endpoint('logs', takers.logs),
  };
}

function endpoint(signal: OtlpSignal, taker: OtlpTaker): OtlpEndpoint {
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
      const take = type === 'application/json' ? taker.json : taker.protobuf;
      return otlpSuccess(type, REJECTED[signal], take(bytes, `/otlp/v1/${signal}`));
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

/** In protobuf the field has the same number for all three signals. */
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
