import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { uncompress } from 'snappyjs';
import { DecodeError } from './message.ts';

/** What a body may hold, compressed and not: 32 MiB. A real Alloy's receivers stop at 20 MiB, the hosted gateway lower. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

const gunzipAsync = promisify(gunzip);

/**
 * The bytes inside a gzip body. Throws {@link DecodeError} where it is not gzip, is cut off, or would unpack to more than
 * `limit` bytes; unpacking stops there, so a bomb costs no more memory than the limit.
 */
export async function gunzipBounded(body: Uint8Array, limit: number = MAX_BODY_BYTES): Promise<Uint8Array> {
  try {
    return await gunzipAsync(body, { maxOutputLength: limit });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new DecodeError(`gzip body unpacks to more than ${limit} bytes`);
    throw new DecodeError('unexpected EOF');
  }
}

/**
 * The bytes inside a snappy block (the format of remote write, without framing). Throws {@link DecodeError} where it is
 * malformed or declares more than `limit` bytes; the declared length is read before anything is allocated.
 */
export function unsnappyBounded(body: Uint8Array, limit: number = MAX_BODY_BYTES): Uint8Array {
  try {
    return uncompress(body, limit);
  } catch (error) {
    throw new DecodeError(`snappy: ${error instanceof Error ? error.message : String(error)}`);
  }
}
