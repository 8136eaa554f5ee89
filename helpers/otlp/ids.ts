import { randomBytes } from 'node:crypto';

/** A trace ID as OTLP/JSON writes it: 32 lower-case hexadecimal digits, not all zero (OTLP 1.x, "JSON Protobuf Encoding"). */
export type TraceId = string & { readonly __brand: 'TraceId' };
/** A span ID as OTLP/JSON writes it: 16 lower-case hexadecimal digits, not all zero. */
export type SpanId = string & { readonly __brand: 'SpanId' };
/** Nanoseconds since the Unix epoch, as in OTLP's `fixed64 …_unix_nano` fields. */
export type UnixNanos = bigint;
/** Milliseconds: a duration, or a time since the Unix epoch. */
export type Milliseconds = number;

/** Generates a random trace ID. */
export function newTraceId(): TraceId {
  return generateHex(16) as TraceId;
}

/** Generates a random span ID. */
export function newSpanId(): SpanId {
  return generateHex(8) as SpanId;
}

/** A `traceparent` header with which a request is recorded as a part of this trace (W3C Trace Context, the flag "sampled" on). */
export function newSampledParent(traceId: TraceId): string {
  return `00-${traceId}-${newSpanId()}-01`;
}

/** A `traceparent` header for a request whose trace is not to be recorded (W3C Trace Context, the flag "sampled" off). */
export function newUnsampledParent(): string {
  return `00-${newTraceId()}-${newSpanId()}-00`;
}

/** The current time in nanoseconds since the epoch; the resolution of the clock is a millisecond or better. */
export function nowNanos(): UnixNanos {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
}

function generateHex(bytes: number): string {
  for (;;) {
    const hex = randomBytes(bytes).toString('hex');
    if (/[^0]/.test(hex)) return hex;
  }
}
