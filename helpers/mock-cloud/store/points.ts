import { STALE_NAN } from '../../otlp/remote-write.ts';

/**
 * Samples of one series by time, in one typed array: time in milliseconds, value, time, value… A stale marker is stored by
 * its bits: JavaScript may change those of a NaN.
 */
export type Chunk = { generation: number; points: Float64Array; length: number };

/** The maximum number of samples in a chunk. */
export const MAX_CHUNK_LENGTH = 256;
const BYTES_PER_POINT = 16;
const MIN_CHUNK_LENGTH = 4;

/** A chunk without samples. */
export function createChunk(generation: number): Chunk {
  return { generation, points: new Float64Array(MIN_CHUNK_LENGTH * 2), length: 0 };
}

/** The size of a chunk's array in bytes. */
export function measureChunk(chunk: Chunk): number {
  return (chunk.points.length / 2) * BYTES_PER_POINT;
}

/** Inserts a sample at an index; the chunk must not be full. */
export function insertPoint(chunk: Chunk, at: number, time: number, value: number, stale: boolean): void {
  if (chunk.length * 2 === chunk.points.length) {
    const grown = new Float64Array(Math.min(chunk.points.length * 4, MAX_CHUNK_LENGTH * 2));
    grown.set(chunk.points);
    chunk.points = grown;
  }
  const { points } = chunk;
  if (at < chunk.length) points.copyWithin((at + 1) * 2, at * 2, chunk.length * 2);
  points[at * 2] = time;
  if (stale) viewBits(points)[at * 2 + 1] = STALE_NAN;
  else points[at * 2 + 1] = value;
  chunk.length++;
}

/** The time of the sample at an index. */
export function getTime(chunk: Chunk, at: number): number {
  return chunk.points[at * 2] ?? Number.NaN;
}

/** The value of the sample at an index. */
export function getValue(chunk: Chunk, at: number): number {
  return chunk.points[at * 2 + 1] ?? Number.NaN;
}

/** Whether the sample at an index is a stale marker. */
export function isStale(chunk: Chunk, at: number): boolean {
  return Number.isNaN(getValue(chunk, at)) && viewBits(chunk.points)[at * 2 + 1] === STALE_NAN;
}

/** The index of the first sample after `time`. */
export function findFirstAfter(chunk: Chunk, time: number): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (getTime(chunk, middle) > time) high = middle;
    else low = middle + 1;
  }
  return low;
}

function viewBits(points: Float64Array): BigUint64Array {
  return new BigUint64Array(points.buffer, points.byteOffset, points.length);
}
