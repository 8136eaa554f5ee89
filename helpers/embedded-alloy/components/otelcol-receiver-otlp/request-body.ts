import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { inflate, zstdDecompress } from 'node:zlib';
import { gunzipBounded, unsnappyBounded } from '../../../otlp/compression.ts';
import { DecodeError } from '../../../otlp/message.ts';

/** A body that is refused, with the message and status of the answer. */
export class BodyError extends Error {
  readonly status: 400 | 503;

  constructor(message: string, status: 400 | 503 = 400) {
    super(message);
    this.status = status;
  }
}

/** How many bytes of request bodies may be held at once, over all connections. */
export type Budget = { held: number; readonly limit: number };

const inflateAsync = promisify(inflate);
const zstdAsync = promisify(zstdDecompress);
const TOO_LARGE = 'http: request body too large';

type Decoder = (body: Uint8Array, limit: number) => Promise<Uint8Array>;

const decoders: Readonly<Record<string, Decoder>> = {
  gzip: async (body, limit) => {
    checkGzipHeader(body);
    return await gunzipBounded(body, limit);
  },
  zlib: (body, limit) => inflateAsync(body, { maxOutputLength: limit }),
  deflate: (body, limit) => inflateAsync(body, { maxOutputLength: limit }),
  zstd: (body, limit) => zstdAsync(body, { maxOutputLength: limit }),
  snappy: async (body, limit) => unsnappyBounded(body, limit),
};

/** The decoder for a `Content-Encoding`; undefined for none. @throws BodyError for an unknown encoding */
export function findDecoder(encoding: string, allowed: readonly string[]): Decoder | undefined {
  if (encoding === '' && allowed.includes('')) {
    return undefined;
  }
  const decoder = decoders[encoding];
  if (decoder === undefined || !allowed.includes(encoding)) {
    throw new BodyError(`unsupported Content-Encoding: ${encoding}`);
  }
  return decoder;
}

/**
 * Reads and decompresses a body of at most `limit` bytes before and after. All requests together hold no more than
 * `budget`. @throws BodyError
 */
export async function readBody(
  request: IncomingMessage,
  decoder: Decoder | undefined,
  limit: number,
  budget: Budget,
): Promise<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > limit) {
    throw new BodyError(TOO_LARGE);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      budget.held += chunk.length;
      if (size > limit) {
        throw new BodyError(TOO_LARGE);
      }
      if (budget.held > budget.limit) {
        throw new BodyError('too many request bodies are being received at once', 503);
      }
      chunks.push(chunk);
    }
    // Copy even a single chunk: it is a slice of a larger buffer, which a queued body would keep in memory.
    const body = Buffer.concat(chunks, size);
    return decoder === undefined ? body : await unpack(decoder, body, limit);
  } catch (error) {
    throw error instanceof BodyError ? error : new BodyError('unexpected EOF');
  } finally {
    budget.held -= size;
  }
}

async function unpack(decoder: Decoder, body: Uint8Array, limit: number): Promise<Uint8Array> {
  try {
    return await decoder(body, limit);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_BUFFER_TOO_LARGE' || (error instanceof DecodeError && error.problem === 'too large')) {
      throw new BodyError(TOO_LARGE);
    }
    throw new BodyError(error instanceof DecodeError ? error.message : 'unexpected EOF');
  }
}

/** Distinguishes a body that is not gzip from one that is cut off, as Go's reader does. */
function checkGzipHeader(body: Uint8Array): void {
  if (body.length === 0) {
    throw new BodyError('EOF');
  }
  if (body.length >= 10 && !(body[0] === 0x1f && body[1] === 0x8b)) {
    throw new BodyError('gzip: invalid header');
  }
}
