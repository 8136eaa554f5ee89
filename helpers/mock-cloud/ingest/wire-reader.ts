import { DecodeError } from '../../otlp/message.ts';

/** Reads the protobuf wire format field by field, without creating objects (Protocol Buffers, "Encoding"). */
export type WireReader = {
  readonly view: DataView;
  readonly position: () => number;
  /** Whether the message that ends at `end` has been read; throws if a field runs past it. */
  readonly atEnd: (end: number) => boolean;
  readonly peekIs: (tag: number, end: number) => boolean;
  /** A tag, length or other varint of at most 32 bits. */
  readonly varint: () => number;
  /** A signed 64-bit varint as the nearest double. */
  readonly int64: () => number;
  /** Reads a length and returns where the field ends, at `end` at the latest. */
  readonly delimited: (end: number) => number;
  /** Skips a fixed64 or double and returns where its eight bytes start. */
  readonly fixed64: (end: number) => number;
  /** A string: its length, then its UTF-8. */
  readonly text: (end: number) => string;
  readonly skip: (tag: number, end: number) => void;
};

const EOF = 'unexpected EOF';

/** A reader at the start of `bytes`. All its methods throw {@link DecodeError} on malformed input. */
export function createWireReader(bytes: Uint8Array): WireReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;

  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) throw new DecodeError(EOF);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new DecodeError('varint of more than 32 bits');
  };
  const delimited = (end: number): number => {
    const stop = varint() + at;
    if (stop > end) throw new DecodeError(EOF);
    return stop;
  };
  const fixed64 = (end: number): number => {
    const start = at;
    at += 8;
    if (at > end) throw new DecodeError(EOF);
    return start;
  };
  const int64 = (): number => {
    let low = 0;
    let factor = 1;
    for (let count = 0; count < 10; count++) {
      const byte = bytes[at++];
      if (byte === undefined) throw new DecodeError(EOF);
      low += (byte & 0x7f) * factor;
      factor *= 128;
      if (byte < 0x80) return low >= 2 ** 63 ? low - 2 ** 64 : low;
    }
    throw new DecodeError('varint of more than 64 bits');
  };

  return {
    view,
    position: () => at,
    atEnd(end) {
      if (at > end) throw new DecodeError(EOF);
      return at === end;
    },
    peekIs: (tag, end) => at < end && bytes[at] === tag,
    varint,
    int64,
    delimited,
    fixed64,
    text(end) {
      const stop = delimited(end);
      const text = buffer.toString('utf8', at, stop);
      at = stop;
      return text;
    },
    skip(tag, end) {
      if (tag >>> 3 === 0) throw new DecodeError('illegal field number 0');
      if ((tag & 7) === 0) int64();
      else if ((tag & 7) === 1) fixed64(end);
      else if ((tag & 7) === 2) at = delimited(end);
      else if ((tag & 7) === 5) {
        at += 4;
        if (at > end) throw new DecodeError(EOF);
      } else throw new DecodeError(`wire type ${tag & 7}`);
    },
  };
}
