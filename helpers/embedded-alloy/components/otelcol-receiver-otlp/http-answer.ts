import type { ServerResponse } from 'node:http';
import { ExportResponse, RpcStatus } from '../../../otlp/schema.ts';

/** The two body formats of OTLP/HTTP. */
export type BodyFormat = 'application/json' | 'application/x-protobuf';

/** An answer, with the headers that Alloy sends. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
};

/** The media type of a `Content-Type` header, without its parameters; empty if there is no header. */
export function readMediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** 200 with an empty partial success (OTLP 1.x, "OTLP/HTTP Response", "Full Success"). */
export function createSuccessAnswer(format: BodyFormat): Answer {
  const response = { partialSuccess: { rejected: 0n, errorMessage: '' } };
  return {
    status: 200,
    headers: { 'Content-Type': format },
    body:
      format === 'application/json' ? JSON.stringify(ExportResponse.toJson(response)) : ExportResponse.encode(response),
  };
}

/** An error as a `google.rpc.Status` (OTLP 1.x, "OTLP/HTTP Response", "Failures"). */
export function createStatusAnswer(format: BodyFormat, status: number, code: number, message: string): Answer {
  return {
    status,
    headers: { 'Content-Type': format },
    body: format === 'application/json' ? JSON.stringify({ code, message }) : RpcStatus.encode({ code, message }),
  };
}

/** The answer to a body that could not be decompressed. Its format is the request's, or JSON. */
export function createEncodingAnswer(
  contentType: string | undefined,
  status: number,
  code: number,
  message: string,
): Answer {
  const mediaType = contentType === undefined || contentType === '' ? 'application/json' : readMediaType(contentType);
  if (mediaType === 'application/json' || mediaType === 'application/x-protobuf') {
    return createStatusAnswer(mediaType, status, code, message);
  }
  return {
    status: 500,
    headers: { 'Content-Type': 'application/json' },
    body: '{"code": 13, "message": "failed to marshal error message"}',
  };
}

/** The answer to anything but POST at the path of a signal. */
export const METHOD_NOT_ALLOWED: Answer = {
  status: 405,
  headers: { 'Content-Type': 'text/plain' },
  body: '405 method not allowed, supported: [POST]',
};

/** The answer to a body that is neither JSON nor protobuf. */
export const UNSUPPORTED_MEDIA_TYPE: Answer = {
  status: 415,
  headers: { 'Content-Type': 'text/plain' },
  body: '415 unsupported media type, supported: [application/json, application/x-protobuf]',
};

/** The answer at any other path. */
export const NOT_FOUND: Answer = {
  status: 404,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
  body: '404 page not found\n',
};

/** Sends `answer`. With `close`, ends the connection afterwards: once `before`, if given, has resolved. */
export function send(response: ServerResponse, answer: Answer, close: boolean, before?: Promise<void>): void {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  response.writeHead(answer.status, {
    ...answer.headers,
    'Content-Length': body.length,
    ...(close && { Connection: 'close' }),
  });
  if (before === undefined) {
    response.end(body);
  } else {
    response.write(body);
    before.then(() => response.end());
  }
}
