/**
 * Protobuf messages described by tables of field numbers, read and written as binary and as JSON.
 *
 * The tables are the schema: there is no generated code and no .proto file. Binary goes through the reader and writer
 * of `@bufbuild/protobuf/wire`; JSON follows the ProtoJSON mapping with the deviations that OTLP/JSON makes
 * (OTLP 1.x, "JSON Protobuf Encoding": IDs in hexadecimal, enums as integers, unknown fields ignored).
 */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** A body that is not what its content type says; the message describes where and why, for a 400 answer. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  /** What is wrong with it, for callers that answer differently: a limit, a body that is cut off, a bad ID, or anything else. */
  readonly problem: DecodeProblem;
  /** The path of the offending field in a JSON body, where there is one: `resourceSpans[0].resource`. */
  readonly path: string | undefined;
  constructor(message: string, problem: DecodeProblem = 'malformed', path?: string) {
    super(path === undefined ? message : `${path}: ${message}`);
    this.problem = problem;
    this.path = path;
  }
}
export type DecodeProblem = 'too large' | 'truncated' | 'bad ID' | 'malformed';

/** How JSON is written: OTLP senders use hexadecimal IDs and numbers for enums, Tempo's answers base64 and names. */
export type JsonStyle = { readonly ids: 'hex' | 'base64'; readonly enums: 'number' | 'name' };

/** Names of an enum by number, as the .proto files give them. */
export type EnumNames = readonly string[];

type Scalar =
  | 'string'
  | 'bool'
  | 'bytes'
  | 'double'
  | 'uint32'
  | 'int32'
  | 'sint32'
  | 'fixed32'
  | 'uint64'
  | 'int64'
  | 'fixed64'
  | 'sfixed64';

/** One field: its number and its type. `presence` marks a field whose zero value differs from its absence. */
export type Field = {
  readonly no: number;
  readonly type: Scalar | 'id' | { readonly enum: EnumNames } | { readonly message: () => Nested };
  readonly repeated?: true;
  readonly presence?: true;
  /** The length in bytes that an ID has when it is not empty. */
  readonly length?: number;
};

/** Any message, as a field of another refers to it. */
export type Nested = { readonly [INNER]: Inner };

/** A message type: reads and writes values of `T`. */
export type Message<T extends object> = {
  /** Reads a whole binary message; throws {@link DecodeError} if it is malformed, nested deeper than 64 levels, or has too
   * many fields. */
  readonly decode: (bytes: Uint8Array) => T;
  readonly encode: (value: T) => Uint8Array<ArrayBuffer>;
  /** Reads a parsed JSON value; throws {@link DecodeError} with the path of the offending field. IDs are hexadecimal
   * unless `ids` is `base64`, as in plain ProtoJSON and Tempo's answers. */
  readonly fromJson: (json: unknown, ids?: JsonStyle['ids']) => T;
  readonly toJson: (value: T, style?: JsonStyle) => Record<string, unknown>;
  /** @internal nested reading and writing */
  readonly [INNER]: Inner;
};

type Value = Record<string, unknown>;
type Inner = {
  read: (reader: BinaryReader, end: number, depth: number) => Value;
  write: (writer: BinaryWriter, value: Value) => void;
  parse: (json: unknown, path: string, depth: number, ids: JsonStyle['ids']) => Value;
  print: (value: Value, style: JsonStyle) => Value;
};

const INNER = Symbol('inner');
const MAX_DEPTH = 64;
/**
 * The maximum number of fields in one body: the two bytes of an empty span become hundreds in memory. Twenty MiB of the
 * densest real telemetry stay below.
 */
const MAX_FIELDS = 2_500_000;
/** A number in a packed list takes less memory than a message. */
const WEIGHT_OF_NUMBER = 0.5;
let fieldsLeft = 0;

function spend(weight: number): void {
  fieldsLeft -= weight;
  if (fieldsLeft < 0) throw new DecodeError(`more than ${MAX_FIELDS} fields in one body`);
}

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const OTLP_JSON: JsonStyle = { ids: 'hex', enums: 'number' };

/** Describes a message by its fields. Absent fields read as proto3's zero values, except those marked `presence`. */
export function message<T extends object>(
  name: string,
  fields: { readonly [K in keyof Required<T>]: Field },
): Message<T> {
  const table = Object.entries<Field>(fields).map(([key, field]) => ({ key, ...field }));
  const byNumber: ((typeof table)[number] | undefined)[] = [];
  const byJsonName = new Map<string, (typeof table)[number]>();
  for (const field of table) {
    byNumber[field.no] = field;
    byJsonName.set(field.key, field);
    byJsonName.set(
      field.key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      field,
    );
  }

  const zero = (): Value => {
    const value: Value = {};
    for (const field of table) {
      if (field.repeated) value[field.key] = [];
      else if (!field.presence && !isMessage(field)) value[field.key] = getZero(field);
    }
    return value;
  };

  /** The message and the fields that it has even if it is empty. */
  const weight = 1 + Object.keys(zero()).length;

  const inner: Inner = {
    read(reader, end, depth) {
      if (depth > MAX_DEPTH) throw new DecodeError(`${name}: nested deeper than ${MAX_DEPTH} levels`);
      spend(weight);
      const value = zero();
      while (reader.pos < end) {
        const tag = reader.uint32();
        const wire = tag & 7;
        const field = byNumber[tag >>> 3];
        if (tag >>> 3 === 0) throw new DecodeError(`${name}: illegal field number 0`);
        if (field === undefined) {
          reader.skip(wire, tag >>> 3);
          continue;
        }
        const expected = getWireType(field);
        if (wire === expected) {
          const item = readOne(reader, field, end, depth);
          if (field.repeated) (value[field.key] as unknown[]).push(item);
          else value[field.key] = item;
        } else if (field.repeated && wire === WireType.LengthDelimited) {
          const stop = delimited(reader, end);
          const list = value[field.key] as unknown[];
          while (reader.pos < stop) {
            spend(WEIGHT_OF_NUMBER);
            list.push(readOne(reader, field, stop, depth));
          }
          if (reader.pos !== stop) {
            throw new DecodeError(`${name}.${field.key}: packed values overrun their length`, 'truncated');
          }
        } else {
          throw new DecodeError(`${name}.${field.key}: wire type ${wire}, expected ${expected}`);
        }
      }
      if (reader.pos !== end) throw new DecodeError(`${name}: fields overrun the message`, 'truncated');
      return value;
    },
    write(writer, value) {
      for (const field of table) {
        const held = value[field.key];
        if (held === undefined) continue;
        if (field.repeated) {
          const list = held as readonly unknown[];
          if (list.length === 0) continue;
          if (isPackable(field)) {
            writer.tag(field.no, WireType.LengthDelimited).fork();
            for (const item of list) writeScalar(writer, field, item);
            writer.join();
          } else {
            for (const item of list) writeTagged(writer, field, item);
          }
        } else if (field.presence || !isZero(field, held)) {
          writeTagged(writer, field, held);
        }
      }
    },
    parse(json, path, depth, ids) {
      if (depth > MAX_DEPTH) throw new DecodeError(`nested deeper than ${MAX_DEPTH} levels`, 'malformed', path);
      spend(weight);
      if (typeof json !== 'object' || json === null || Array.isArray(json)) {
        throw new DecodeError(`expected an object, found ${describeKind(json)}`, 'malformed', path || name);
      }
      const value = zero();
      for (const [key, held] of Object.entries(json)) {
        const field = byJsonName.get(key);
        if (field === undefined || held === null) continue;
        const at = path === '' ? key : `${path}.${key}`;
        if (field.repeated) {
          if (!Array.isArray(held)) {
            throw new DecodeError(`expected an array, found ${describeKind(held)}`, 'malformed', at);
          }
          value[field.key] = held.map((item, index) => parseOne(item, field, `${at}[${index}]`, depth, ids));
        } else {
          value[field.key] = parseOne(held, field, at, depth, ids);
        }
      }
      return value;
    },
    print(value, style) {
      const json: Value = {};
      for (const field of table) {
        const held = value[field.key];
        if (held === undefined) continue;
        if (field.repeated) {
          const list = held as readonly unknown[];
          if (list.length > 0) json[field.key] = list.map((item) => printOne(item, field, style));
        } else if (field.presence || !isZero(field, held)) {
          json[field.key] = printOne(held, field, style);
        }
      }
      return json;
    },
  };

  return {
    [INNER]: inner,
    decode(bytes) {
      fieldsLeft = MAX_FIELDS;
      try {
        return inner.read(new BinaryReader(bytes), bytes.length, 0) as T;
      } catch (error) {
        if (error instanceof DecodeError) throw error;
        const message = error instanceof Error ? error.message : String(error);
        // The reader of the library has no other sign of it.
        const isTruncated = /premature EOF|out of bounds/i.test(message);
        throw new DecodeError(`${name}: ${message}`, isTruncated ? 'truncated' : 'malformed');
      }
    },
    encode(value) {
      const writer = new BinaryWriter();
      inner.write(writer, value as Value);
      return writer.finish();
    },
    fromJson(json, ids = 'hex') {
      fieldsLeft = MAX_FIELDS;
      return inner.parse(json, '', 0, ids) as T;
    },
    toJson: (value, style = OTLP_JSON) => inner.print(value as Value, style),
  };
}

function getZero(field: Field): unknown {
  const { type } = field;
  if (typeof type === 'object') return 0;
  switch (type) {
    case 'string':
    case 'id':
      return '';
    case 'bool':
      return false;
    case 'bytes':
      return new Uint8Array();
    case 'uint64':
    case 'int64':
    case 'fixed64':
    case 'sfixed64':
      return 0n;
    default:
      return 0;
  }
}

function isMessage(field: Field): boolean {
  return typeof field.type === 'object' && 'message' in field.type;
}

function isZero(field: Field, value: unknown): boolean {
  if (field.type === 'bytes') return (value as Uint8Array).length === 0;
  if (field.type === 'double') return Object.is(value, 0);
  return value === '' || value === 0 || value === 0n || value === false;
}

function isPackable(field: Field): boolean {
  return getWireType(field) !== WireType.LengthDelimited;
}

function getWireType(field: Field): WireType {
  const { type } = field;
  if (typeof type === 'object') return 'enum' in type ? WireType.Varint : WireType.LengthDelimited;
  switch (type) {
    case 'string':
    case 'id':
    case 'bytes':
      return WireType.LengthDelimited;
    case 'double':
    case 'fixed64':
    case 'sfixed64':
      return WireType.Bit64;
    case 'fixed32':
      return WireType.Bit32;
    default:
      return WireType.Varint;
  }
}

function delimited(reader: BinaryReader, end: number): number {
  const length = reader.uint32();
  const stop = reader.pos + length;
  if (stop > end) throw new DecodeError('unexpected EOF', 'truncated');
  return stop;
}

function readOne(reader: BinaryReader, field: Field, end: number, depth: number): unknown {
  const { type } = field;
  if (typeof type === 'object') {
    if ('enum' in type) return reader.int32();
    const stop = delimited(reader, end);
    return type.message()[INNER].read(reader, stop, depth + 1);
  }
  switch (type) {
    case 'string':
      return reader.string();
    case 'id': {
      const bytes = reader.bytes();
      return checkId(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex'), field);
    }
    case 'bytes':
      return reader.bytes().slice();
    case 'bool':
      return reader.bool();
    case 'double':
      return reader.double();
    case 'uint32':
      return reader.uint32();
    case 'int32':
      return reader.int32();
    case 'sint32':
      return reader.sint32();
    case 'fixed32':
      return reader.fixed32();
    case 'uint64':
      return BigInt(reader.uint64());
    case 'int64':
      return BigInt(reader.int64());
    case 'fixed64':
      return BigInt(reader.fixed64());
    case 'sfixed64':
      return BigInt(reader.sfixed64());
  }
}

function writeTagged(writer: BinaryWriter, field: Field, value: unknown): void {
  writer.tag(field.no, getWireType(field));
  writeScalar(writer, field, value);
}

function writeScalar(writer: BinaryWriter, field: Field, value: unknown): void {
  const { type } = field;
  if (typeof type === 'object') {
    if ('enum' in type) writer.int32(value as number);
    else {
      writer.fork();
      type.message()[INNER].write(writer, value as Value);
      writer.join();
    }
    return;
  }
  switch (type) {
    case 'id':
      writer.bytes(Buffer.from(value as string, 'hex'));
      return;
    case 'string':
      writer.string(value as string);
      return;
    case 'bytes':
      writer.bytes(value as Uint8Array);
      return;
    case 'bool':
      writer.bool(value as boolean);
      return;
    case 'uint64':
    case 'int64':
    case 'fixed64':
    case 'sfixed64':
      writer[type](value as bigint);
      return;
    default:
      writer[type](value as number);
  }
}

function checkId(hex: string, field: Field, path?: string): string {
  if (hex !== '' && field.length !== undefined && hex.length !== field.length * 2) {
    throw new DecodeError(`ID of ${hex.length / 2} bytes, expected ${field.length}`, 'bad ID', path);
  }
  return hex;
}

function parseOne(json: unknown, field: Field, path: string, depth: number, ids: JsonStyle['ids']): unknown {
  const { type } = field;
  if (typeof type === 'object') {
    if ('message' in type) return type.message()[INNER].parse(json, path, depth + 1, ids);
    if (typeof json === 'string') {
      const number = type.enum.indexOf(json);
      if (number >= 0) return number;
    }
    return parseInteger(json, path, -(2n ** 31n), 2n ** 31n - 1n, Number);
  }
  switch (type) {
    case 'string':
      if (typeof json !== 'string')
        throw new DecodeError(`expected a string, found ${describeKind(json)}`, 'malformed', path);
      return json;
    case 'id':
      return parseId(json, field, path, ids);
    case 'bytes':
      if (typeof json !== 'string' || !BASE64.test(json)) {
        throw new DecodeError('expected base64', 'malformed', path);
      }
      return new Uint8Array(Buffer.from(json, 'base64'));
    case 'bool':
      if (typeof json !== 'boolean')
        throw new DecodeError(`expected true or false, found ${describeKind(json)}`, 'malformed', path);
      return json;
    case 'double':
      return parseDouble(json, path);
    case 'uint32':
    case 'fixed32':
      return parseInteger(json, path, 0n, 2n ** 32n - 1n, Number);
    case 'int32':
    case 'sint32':
      return parseInteger(json, path, -(2n ** 31n), 2n ** 31n - 1n, Number);
    case 'uint64':
    case 'fixed64':
      return parseInteger(json, path, 0n, 2n ** 64n - 1n, (value) => value);
    case 'int64':
    case 'sfixed64':
      return parseInteger(json, path, -(2n ** 63n), 2n ** 63n - 1n, (value) => value);
  }
}

function parseId(json: unknown, field: Field, path: string, ids: JsonStyle['ids']): string {
  if (typeof json !== 'string') throw new DecodeError(`expected an ID, found ${describeKind(json)}`, 'malformed', path);
  const encoded = ids === 'hex' ? /^([0-9a-fA-F]{2})*$/ : BASE64;
  if (!encoded.test(json)) throw new DecodeError(`an ID that is not ${ids}`, 'bad ID', path);
  return checkId(ids === 'hex' ? json.toLowerCase() : Buffer.from(json, 'base64').toString('hex'), field, path);
}

function parseDouble(json: unknown, path: string): number {
  if (typeof json === 'number') return json;
  if (json === 'NaN') return Number.NaN;
  if (json === 'Infinity') return Number.POSITIVE_INFINITY;
  if (json === '-Infinity') return Number.NEGATIVE_INFINITY;
  if (typeof json === 'string' && json.trim() !== '' && Number.isFinite(Number(json))) return Number(json);
  throw new DecodeError(`expected a number, found ${describeKind(json)}`, 'malformed', path);
}

function parseInteger<T>(json: unknown, path: string, min: bigint, max: bigint, as: (value: bigint) => T): T {
  const written = typeof json === 'number' ? String(json) : json;
  if (typeof written !== 'string' || !/^-?\d{1,20}$/.test(written)) {
    throw new DecodeError(`expected an integer, found ${describeKind(json)}`, 'malformed', path);
  }
  const value = BigInt(written);
  if (value < min || value > max) throw new DecodeError(`${written} is out of range`, 'malformed', path);
  return as(value);
}

function printOne(value: unknown, field: Field, style: JsonStyle): unknown {
  const { type } = field;
  if (typeof type === 'object') {
    if ('message' in type) return type.message()[INNER].print(value as Value, style);
    return style.enums === 'name' ? (type.enum[value as number] ?? value) : value;
  }
  switch (type) {
    case 'id':
      return style.ids === 'hex' ? value : Buffer.from(value as string, 'hex').toString('base64');
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('base64');
    case 'double':
      return Number.isFinite(value) ? value : String(value);
    case 'uint64':
    case 'int64':
    case 'fixed64':
    case 'sfixed64':
      return String(value);
    default:
      return value;
  }
}

function describeKind(json: unknown): string {
  if (json === null) return 'null';
  if (Array.isArray(json)) return 'an array';
  return typeof json === 'object' ? 'an object' : `a ${typeof json}`;
}
