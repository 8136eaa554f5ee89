import { STALE_NAN } from '../../otlp/remote-write.ts';

/**
 * Samples of one series in the order of their times, in one typed array: time in milliseconds, value, time, value… A stale
 * marker is stored with its own bits, which a plain number can't be trusted to keep.
 */
export type Chunk = { generation: number; points: Float64Array; length: number };

/** The most samples of a chunk; at 16 bytes each. */
export const LONGEST_CHUNK = 256;
export const BYTES_PER_POINT = 16;
const SHORTEST_CHUNK = 4;

/** A chunk without samples. */
export function emptyChunk(generation: number): Chunk {
  return { generation, points: new Float64Array(SHORTEST_CHUNK * 2), length: 0 };
}

/** The bytes of a chunk's array. */
export function chunkBytes(chunk: Chunk): number {
  return (chunk.points.length / 2) * BYTES_PER_POINT;
}

/** Puts a sample in its place by time; the chunk must not be full. */
export function insertPoint(chunk: Chunk, at: number, time: number, value: number, stale: boolean): void {
  if (chunk.length * 2 === chunk.points.length) {
    const grown = new Float64Array(Math.min(chunk.points.length * 4, LONGEST_CHUNK * 2));
    grown.set(chunk.points);
    chunk.points = grown;
  }
  const { points } = chunk;
  if (at < chunk.length) points.copyWithin((at + 1) * 2, at * 2, chunk.length * 2);
  points[at * 2] = time;
  if (stale) bitsOf(points)[at * 2 + 1] = STALE_NAN;
  else points[at * 2 + 1] = value;
  chunk.length++;
}

/** The time of the sample at an index. */
export function timeAt(chunk: Chunk, at: number): number {
  return chunk.points[at * 2] ?? Number.NaN;
}

/** The value of the sample at an index. */
export function valueAt(chunk: Chunk, at: number): number {
  return chunk.points[at * 2 + 1] ?? Number.NaN;
}

/** Whether the sample at an index is a stale marker. */
export function isStale(chunk: Chunk, at: number): boolean {
  return Number.isNaN(valueAt(chunk, at)) && bitsOf(chunk.points)[at * 2 + 1] === STALE_NAN;
}

/** The index of the first sample after `time`. */
export function firstAfter(chunk: Chunk, time: number): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeAt(chunk, middle) > time) high = middle;
    else low = middle + 1;
  }
  return low;
}

function bitsOf(points: Float64Array): BigUint64Array {
  return new BigUint64Array(points.buffer, points.byteOffset, points.length);
}
