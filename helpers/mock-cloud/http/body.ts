import type { IncomingMessage } from 'node:http';
import { LARGEST_BODY } from '../../otlp/compression.ts';

/** A body that was not read to its end; `status` is what to answer. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What all bodies being read or worked on may hold together; a client above that is told to come again. */
const LARGEST_IN_FLIGHT = 4 * LARGEST_BODY;

/** What is read of a refused body so that its sender sees the refusal. */
const MOST_DISCARDED = 8 * LARGEST_BODY;

/** A whole body, which counts as in flight until it is disposed of. */
export type Body = Disposable & { readonly bytes: Buffer };

/** Reads bodies, each of at most {@link LARGEST_BODY} bytes and all of them bounded together. */
export type BodyReader = (request: IncomingMessage) => Promise<Body>;

/**
 * A reader whose bounds are its own. What it returns rejects with {@link BodyError}: 413 for a body over the limit, 429
 * where too much is in flight already, 400 for one that ends before its declared length.
 */
export function bodyReader(): BodyReader {
  let inFlight = 0;
  return async (request) => {
    if (Number(request.headers['content-length']) > LARGEST_BODY) throw tooLarge();
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
          if (length > LARGEST_BODY) reject(tooLarge());
          else if (inFlight > LARGEST_IN_FLIGHT) reject(new BodyError(429, 'too many large requests at once'));
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
 * Reads the rest of a body into nothing: a client that is still sending would not see the answer on a connection that is
 * cut. One that sends without end is cut all the same.
 */
export function discardRest(request: IncomingMessage): void {
  let left = MOST_DISCARDED;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
}

function tooLarge(): BodyError {
  return new BodyError(413, `request body larger than ${LARGEST_BODY} bytes`);
}
