import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { uncompress } from 'snappyjs';
import { DecodeError } from './message.ts';

/** The maximum size of a body, compressed and decompressed. A real Alloy's receivers accept 20 MiB, the hosted gateway less. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

const gunzipAsync = promisify(gunzip);

/**
 * Decompresses a gzip body. Throws {@link DecodeError} if it is not gzip, is cut off, or decompresses to more than `limit`
 * bytes; decompression stops there, so a bomb takes no more memory than the limit.
 */
export async function gunzipBounded(body: Uint8Array, limit: number = MAX_BODY_BYTES): Promise<Uint8Array> {
  try {
    return await gunzipAsync(body, { maxOutputLength: limit });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw new DecodeError(`gzip body decompresses to more than ${limit} bytes`, 'too large');
    throw new DecodeError('unexpected EOF', 'truncated');
  }
}

/**
 * Decompresses a snappy block (the format of remote write, without framing). Throws {@link DecodeError} if it is malformed
 * or declares more than `limit` bytes; the declared length is checked before anything is allocated.
 */
export function unsnappyBounded(body: Uint8Array, limit: number = MAX_BODY_BYTES): Uint8Array {
  try {
    return uncompress(body, limit);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The library has no other sign of it.
    const isTooLarge = /uncompressed length .* too big/.test(message);
    throw new DecodeError(`snappy: ${message}`, isTooLarge ? 'too large' : 'malformed');
  }
}
