import type { IncomingMessage } from 'node:http';
import { MAX_BODY_BYTES } from '../../otlp/compression.ts';

/** A body that could not be read to its end; `status` is the answer's. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The maximum size of all bodies in flight together; above it a client is asked to retry. */
const MAX_IN_FLIGHT_BYTES = 4 * MAX_BODY_BYTES;

/** How much of a refused body is read so that its sender sees the answer. */
const MAX_DISCARDED_BYTES = 8 * MAX_BODY_BYTES;

/** A whole body. It counts as in flight until it is disposed of. */
export type Body = Disposable & { readonly bytes: Buffer };

/** Reads bodies of at most {@link MAX_BODY_BYTES} bytes each, with a limit for all of them together. */
export type BodyReader = (request: IncomingMessage) => Promise<Body>;

/**
 * A reader with limits of its own. It rejects with {@link BodyError}: 413 for a body over the limit, 429 if too much is in
 * flight already, 400 for a body that ends before its declared length.
 */
export function createBodyReader(): BodyReader {
  let inFlight = 0;
  return async (request) => {
    if (Number(request.headers['content-length']) > MAX_BODY_BYTES) throw createTooLargeError();
    const chunks: Buffer[] = [];
    let length = 0;
    const release = () => {
      inFlight -= length;
      length = 0;
    };
    try {
      await new Promise<void>((resolve, reject) => {
        request.on('data', (chunk: Buffer) => {
          length += chunk.length;
          inFlight += chunk.length;
          if (length > MAX_BODY_BYTES) reject(createTooLargeError());
          else if (inFlight > MAX_IN_FLIGHT_BYTES) reject(new BodyError(429, 'too many large requests at once'));
          else chunks.push(chunk);
        });
        request.on('end', resolve);
        request.on('error', () => reject(new BodyError(400, 'unexpected EOF')));
        request.on('close', () => reject(new BodyError(400, 'unexpected EOF')));
      });
    } catch (error) {
      request.removeAllListeners('data');
      release();
      throw error;
    }
    const [only] = chunks;
    const bytes = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, length);
    return { bytes, [Symbol.dispose]: release };
  };
}

/**
 * Discards the rest of a body, because a client that is still sending would not see the answer on a closed connection.
 * The connection of a client that never stops sending is closed nevertheless.
 */
export function discardRest(request: IncomingMessage): void {
  let left = MAX_DISCARDED_BYTES;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
}

function createTooLargeError(): BodyError {
  return new BodyError(413, `request body larger than ${MAX_BODY_BYTES} bytes`);
}
