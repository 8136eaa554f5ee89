import { gunzipBounded, MAX_BODY_BYTES } from '../../otlp/compression.ts';
import { DecodeError, type Message } from '../../otlp/message.ts';
import { ExportResponse, RpcStatus } from '../../otlp/schema.ts';
import { createOtlpReceivers, type OtlpReceiver, type OtlpSignal, type PartialSuccess } from '../ingest/otlp.ts';
import { RefusedExport } from '../ingest/refused-export.ts';
import type { Backend } from '../store/backend.ts';
import { type Answer, answerJson } from './answer.ts';

/** The codes of `google.rpc.Code` that the gateway answers. */
const INVALID_ARGUMENT = 3;
const RESOURCE_EXHAUSTED = 8;
const UNAUTHENTICATED = 16;

type ContentType = 'application/json' | 'application/x-protobuf';

/** The OTLP/HTTP endpoint of one signal. Like Alloy's receiver it checks method, type and encoding before it reads the body. */
export type OtlpEndpoint = (request: {
  readonly method: string;
  readonly contentType: string | undefined;
  readonly encoding: string | undefined;
  readonly body: () => Promise<Uint8Array>;
}) => Promise<Answer>;

/** JSON names the number of rejected items after the signal. */
const REJECTED_NAMES: Readonly<Record<OtlpSignal, string>> = {
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints',
  logs: 'rejectedLogRecords',
};

const METHOD_NOT_ALLOWED: Answer = {
  status: 405,
  headers: { 'content-type': 'text/plain' },
  body: '405 method not allowed, supported: [POST]',
};
const UNSUPPORTED_MEDIA_TYPE: Answer = {
  status: 415,
  headers: { 'content-type': 'text/plain' },
  body: '415 unsupported media type, supported: [application/json, application/x-protobuf]',
};

/** `POST /v1/traces`, `/v1/metrics` and `/v1/logs` of a backend (OTLP 1.x, "OTLP/HTTP"). */
export function createOtlpEndpoints(backend: Backend): Readonly<Record<OtlpSignal, OtlpEndpoint>> {
  const receivers = createOtlpReceivers(backend);
  return {
    traces: createEndpoint('traces', receivers.traces),
    metrics: createEndpoint('metrics', receivers.metrics),
    logs: createEndpoint('logs', receivers.logs),
  };
}

function createEndpoint(signal: OtlpSignal, { receiveJson, receiveProtobuf }: OtlpReceiver): OtlpEndpoint {
  return async ({ method, contentType, encoding, body }) => {
    if (method !== 'POST') return METHOD_NOT_ALLOWED;
    const type = readContentType(contentType);
    if (type === undefined) return UNSUPPORTED_MEDIA_TYPE;
    if (encoding !== undefined && encoding !== '' && encoding !== 'gzip' && encoding !== 'identity') {
      return answerOtlpError(400, `unsupported Content-Encoding: ${encoding}`, type);
    }
    try {
      const raw = await body();
      const bytes = encoding === 'gzip' ? await runInTurn(() => gunzipBounded(raw)) : raw;
      const receive = type === 'application/json' ? receiveJson : receiveProtobuf;
      return answerOtlpSuccess(type, REJECTED_NAMES[signal], receive(bytes, `/otlp/v1/${signal}`));
    } catch (error) {
      if (error instanceof DecodeError) return answerOtlpError(400, error.message, type);
      if (error instanceof RefusedExport) return answerOtlpError(error.status, error.message, type);
      throw error;
    }
  };
}

/** An error in the type of the request: `google.rpc.Status` as JSON or protobuf. */
export function answerOtlpError(status: number, problem: string, contentType: string | undefined): Answer {
  const type = readContentType(contentType) ?? 'application/json';
  const code =
    status === 401 ? UNAUTHENTICATED : status === 429 || status === 413 ? RESOURCE_EXHAUSTED : INVALID_ARGUMENT;
  return { ...encodeAnswer(status, RpcStatus, { code, message: problem }, type), problem };
}

/** In protobuf the field has the same number for all three signals. */
function answerOtlpSuccess(type: ContentType, rejectedName: string, partial: PartialSuccess | undefined): Answer {
  const { rejected, message } = partial ?? { rejected: 0, message: '' };
  const problem = rejected > 0 ? { problem: message } : {};
  if (type === 'application/x-protobuf') {
    const partialSuccess = { rejected: BigInt(rejected), errorMessage: message };
    return { ...encodeAnswer(200, ExportResponse, { partialSuccess }, type), ...problem };
  }
  const counted = rejected > 0 ? { [rejectedName]: String(rejected) } : {};
  const body = { partialSuccess: { ...counted, ...(message !== '' && { errorMessage: message }) } };
  return { ...answerJson(200, body), ...problem };
}

function encodeAnswer<T extends object>(status: number, message: Message<T>, value: T, type: ContentType): Answer {
  const body = type === 'application/json' ? JSON.stringify(message.toJson(value)) : message.encode(value);
  return { status, headers: { 'content-type': type }, body };
}

function readContentType(contentType: string | undefined): ContentType | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  return type === 'application/json' || type === 'application/x-protobuf' ? type : undefined;
}

/** Bodies are decompressed one after another: many may come at once, and each may become {@link MAX_BODY_BYTES} long. */
async function runInTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = lastTurn.then(work);
  lastTurn = turn.then(
    () => undefined,
    () => undefined,
  );
  return turn;
}
let lastTurn: Promise<unknown> = Promise.resolve();
