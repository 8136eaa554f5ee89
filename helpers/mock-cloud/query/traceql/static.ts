import type { AnyValue } from '../../../otlp/schema.ts';

/** A value in TraceQL: a literal, an attribute's or an intrinsic's. Durations are nanoseconds. */
export type Static =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'duration'; readonly value: bigint }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'status'; readonly value: StatusName }
  | { readonly type: 'kind'; readonly value: KindName }
  | { readonly type: 'nil' }
  | { readonly type: 'list'; readonly items: readonly Static[] };

export const STATUS_NAMES = ['unset', 'ok', 'error'] as const;
export type StatusName = (typeof STATUS_NAMES)[number];
export const KIND_NAMES = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
export type KindName = (typeof KIND_NAMES)[number];

export const NIL: Static = { type: 'nil' };

/** The value of an attribute; nil for maps and bytes, which Tempo does not compare either. */
export function readStatic(value: AnyValue | undefined): Static {
  if (value?.stringValue !== undefined) return { type: 'string', value: value.stringValue };
  if (value?.intValue !== undefined) return { type: 'int', value: value.intValue };
  if (value?.doubleValue !== undefined) return { type: 'float', value: value.doubleValue };
  if (value?.boolValue !== undefined) return { type: 'bool', value: value.boolValue };
  if (value?.arrayValue !== undefined) return { type: 'list', items: value.arrayValue.values.map(readStatic) };
  return NIL;
}

/** The value in the answer to a search: protobuf's JSON of an `AnyValue`, with status and kind by name. */
export function formatStatic(value: Static): Record<string, unknown> {
  switch (value.type) {
    case 'string':
    case 'status':
    case 'kind':
      return { stringValue: value.value };
    case 'int':
    case 'duration':
      return { intValue: String(value.value) };
    case 'float':
      return { doubleValue: value.value };
    case 'bool':
      return { boolValue: value.value };
    case 'list':
      return { arrayValue: { values: value.items.map(formatStatic) } };
    case 'nil':
      return {};
  }
}
