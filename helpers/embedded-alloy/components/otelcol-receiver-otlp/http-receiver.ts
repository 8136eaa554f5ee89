import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { DecodeError } from '../../../otlp/message.ts';
import { describeError } from '../../language/describe-error.ts';
import { formatAddress, listen, parseListenAddress } from '../../pipeline/http/listen.ts';
import { readServerTls } from '../../pipeline/http/otelcol-tls.ts';
import { readJsonBatch, readProtobufBatch } from '../../pipeline/otlp/batch.ts';
import type { OtlpBatch, Signal } from '../../schema/capsules.ts';
import type { OtlpReceiverArgs } from './block.ts';
import {
  type Answer,
  type BodyFormat,
  createEncodingAnswer,
  createStatusAnswer,
  createSuccessAnswer,
  METHOD_NOT_ALLOWED,
  NOT_FOUND,
  readMediaType,
  send,
  UNSUPPORTED_MEDIA_TYPE,
} from './http-answer.ts';
import { BodyError, type Budget, findDecoder, readBody } from './request-body.ts';

type HttpArgs = NonNullable<OtlpReceiverArgs['http']>;

/** Accepts a batch; resolves once the next component has taken it. */
export type BatchHandler = (batch: OtlpBatch) => Promise<void>;

/** A listening server. */
export type Listener = {
  /** `127.0.0.1:4318` */
  readonly address: string;
  /** Lets current requests finish, for at most `graceMs`. */
  readonly stop: (graceMs: number) => Promise<void>;
};

const DEFAULT_MAX_BODY_BYTES = 20 * 1024 * 1024;
const MAX_HELD_BYTES = 64 * 1024 * 1024;
/** How much of an unread body Go's server reads after its answer to keep the connection. */
const MAX_READ_AFTER_ANSWER = 256 * 1024;
const MAX_DISCARDED_BYTES = 256 * 1024 * 1024;

/**
 * Serves OTLP/HTTP (OTLP 1.x, "OTLP/HTTP"): POST of JSON or protobuf, plain or compressed, to the path of each signal
 * that `accept` has a consumer for. Every other request gets the answer that Alloy gives.
 * @throws Error with Go's message when the port can't be bound
 */
export async function startHttpReceiver(
  args: HttpArgs,
  accept: Readonly<Record<Signal, BatchHandler | undefined>>,
): Promise<Listener> {
  const limit = args.max_request_body_size > 0 ? args.max_request_body_size : DEFAULT_MAX_BODY_BYTES;
  const budget: Budget = { held: 0, limit: Math.max(MAX_HELD_BYTES, 2 * limit) };
  const routes = new Map<string, { signal: Signal; accept: BatchHandler }>();
  for (const signal of ['traces', 'metrics', 'logs'] as const) {
    const path = args[`${signal}_url_path`];
    const consumer = accept[signal];
    if (consumer !== undefined) {
      routes.set(path.startsWith('/') ? path : `/${path}`, { signal, accept: consumer });
    }
  }

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const contentType = request.headers['content-type'];
    const decoder = findDecoder(request.headers['content-encoding'] ?? '', args.compression_algorithms);
    const route = routes.get((request.url ?? '').split('?', 1)[0] ?? '');
    if (route === undefined) {
      return NOT_FOUND;
    }
    if (request.method !== 'POST') {
      return METHOD_NOT_ALLOWED;
    }
    const format = readMediaType(contentType);
    if (format !== 'application/json' && format !== 'application/x-protobuf') {
      return UNSUPPORTED_MEDIA_TYPE;
    }
    return await receive(format, route.signal, route.accept, await readBody(request, decoder, limit, budget));
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Alloy's server, which is Go's, sends no Connection header when it keeps the connection.
    response.removeHeader('Connection');
    let result: Answer;
    try {
      result = await answer(request);
    } catch (error) {
      const status = error instanceof BodyError ? error.status : 500;
      const code = status === 400 ? 3 : status === 503 ? 14 : 13;
      result = createEncodingAnswer(request.headers['content-type'], status, code, describeError(error));
    }
    if (request.complete || Number(request.headers['content-length'] ?? Infinity) <= MAX_READ_AFTER_ANSWER) {
      send(response, result, !args.keep_alives_enabled);
      request.resume();
    } else {
      // Ending the answer ends the connection: a sender in the middle of its body would see the reset and not the
      // answer.
      send(response, result, true, discard(request));
    }
  };

  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    handle(request, response).catch(() => request.destroy());
  };
  const server = args.tls === undefined ? createServer(handler) : createTlsServer(readServerTls(args.tls), handler);
  server.headersTimeout = args.read_header_timeout;
  server.requestTimeout = args.read_timeout > 0 ? args.read_timeout : 300_000;
  server.keepAliveTimeout = args.idle_timeout;
  const bound = await listen(server, parseListenAddress(args.endpoint));

  return {
    address: formatAddress(bound),
    stop: async (graceMs) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const force = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(force);
    },
  };
}

async function receive(format: BodyFormat, signal: Signal, accept: BatchHandler, body: Uint8Array): Promise<Answer> {
  let batch: OtlpBatch;
  try {
    batch =
      format === 'application/json'
        ? readJsonBatch(signal, Buffer.from(body.buffer, body.byteOffset, body.length).toString())
        : readProtobufBatch(signal, body);
  } catch (error) {
    if (error instanceof DecodeError) {
      return createStatusAnswer(format, 400, 3, error.message);
    }
    throw error;
  }
  try {
    await accept(batch);
  } catch (error) {
    return createStatusAnswer(format, 503, 14, describeError(error));
  }
  return createSuccessAnswer(format);
}

/** Reads and discards the rest of a body; resolves when the sender has finished or taken too long. */
async function discard(request: IncomingMessage): Promise<void> {
  let left = MAX_DISCARDED_BYTES;
  await new Promise<void>((resolve) => {
    const late = setTimeout(resolve, 10_000);
    request.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) {
        resolve();
      }
    });
    for (const event of ['end', 'close', 'error'] as const) {
      request.once(event, () => {
        clearTimeout(late);
        resolve();
      });
    }
    request.resume();
  });
}
