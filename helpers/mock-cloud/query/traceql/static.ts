import type { AnyValue } from '../../../otlp/schema.ts';

export const STATUS_NAMES = ['unset', 'ok', 'error'] as const;
export type StatusName = (typeof STATUS_NAMES)[number];
export const KIND_NAMES = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
export type KindName = (typeof KIND_NAMES)[number];

/** A single value in TraceQL. Durations are nanoseconds. */
export type Scalar =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'duration'; readonly value: bigint }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'status'; readonly value: StatusName }
  | { readonly type: 'kind'; readonly value: KindName };
/** A value in TraceQL: a literal, an attribute's or an intrinsic's. The items of a list have one type. */
export type Static = Scalar | { readonly type: 'nil' } | { readonly type: 'list'; readonly items: readonly Scalar[] };

export const NIL: Static = { type: 'nil' };
export const TRUE: Scalar = { type: 'bool', value: true };
export const FALSE: Scalar = { type: 'bool', value: false };

/** Whether a value is the boolean `true`. */
export function isTrue(value: Static): boolean {
  return value.type === 'bool' && value.value;
}

/** The number of a value; NaN if it is none. */
export function toNumber(value: Static): number {
  return value.type === 'int' || value.type === 'duration' || value.type === 'float' ? Number(value.value) : Number.NaN;
}

/** One value, a list of several, or nil. */
export function combineScalars(scalars: readonly Scalar[]): Static {
  return scalars.length > 1 ? { type: 'list', items: scalars } : (scalars[0] ?? NIL);
}

/**
 * The values of an attribute as Tempo stores them, by type: one, several of one type for an array, none for what it cannot
 * search (empty and mixed arrays, maps and bytes).
 */
export function readScalars(value: AnyValue | undefined): Scalar[] {
  const values = value?.arrayValue?.values ?? (value === undefined ? [] : [value]);
  const scalars = values.flatMap((item) => readScalar(item) ?? []);
  const isUniform = scalars.length === values.length && scalars.every(({ type }) => type === scalars[0]?.type);
  return isUniform ? scalars : [];
}

function readScalar(value: AnyValue): Scalar | undefined {
  if (value.stringValue !== undefined) return { type: 'string', value: value.stringValue };
  if (value.intValue !== undefined) return { type: 'int', value: value.intValue };
  if (value.doubleValue !== undefined) return { type: 'float', value: value.doubleValue };
  return value.boolValue === undefined ? undefined : { type: 'bool', value: value.boolValue };
}

/** The value in the answer to a search: protobuf's JSON of an `AnyValue`, with status and kind by name. */
export function formatStatic(value: Static): Record<string, unknown> {
  switch (value.type) {
    case 'string':
    case 'status':
    case 'kind':
      return { stringValue: value.value };
    case 'duration':
      return { stringValue: formatLiteral(value) };
    case 'int':
      return { intValue: String(value.value) };
    case 'float':
      return { doubleValue: value.value };
    case 'bool':
      return { boolValue: value.value };
    case 'list':
      return { arrayValue: { values: value.items.map(formatStatic) } };
    case 'nil':
      return { stringValue: 'nil' };
  }
}

/** The value as Tempo's messages write it. */
export function formatLiteral(value: Static): string {
  switch (value.type) {
    case 'string':
      return `\`${value.value}\``;
    case 'float':
      return /[.e]/.test(String(value.value)) ? String(value.value) : `${value.value}.0`;
    case 'duration':
      return formatDuration(value.value);
    case 'list':
      return `[${value.items.map(formatLiteral).join(', ')}]`;
    case 'nil':
      return 'nil';
    default:
      return String(value.value);
  }
}

/** A duration as Go writes it, such as `1m1.5s`. */
function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds < 0n) return `-${formatDuration(-nanoseconds)}`;
  if (nanoseconds === 0n) return '0s';
  const total = Number(nanoseconds);
  if (total < 1e3) return `${total}ns`;
  if (total < 1e6) return `${total / 1e3}µs`;
  if (total < 1e9) return `${total / 1e6}ms`;
  const minutes = nanoseconds / 60_000_000_000n;
  const seconds = `${Number(nanoseconds % 60_000_000_000n) / 1e9}s`;
  if (minutes === 0n) return seconds;
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}
