import { listBelow } from '../clients/span-tree.ts';
import type { FoundSpan } from '../clients/tempo.ts';
import type { KeyValue } from '../otlp/schema.ts';
import { SPAN_KINDS, STATUS_CODES } from '../otlp/schema.ts';

/** What a span has to be; fields that are left out may be anything. */
export type SpanShape = {
  readonly name?: string | RegExp;
  readonly service?: string;
  readonly kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  /** Names for the same attribute in the stable and the old semantic conventions are joined by `|`. */
  readonly attributes?: Readonly<Record<string, string | number | boolean | RegExp>>;
  /** It has no parent. */
  readonly root?: true;
  readonly status?: 'error';
  /** It has an event of this name. */
  readonly event?: string;
  /** It has a child of each of these shapes, or one below internal spans: a framework makes those around a handler. */
  readonly children?: readonly SpanShape[];
  /** No span of its trace has this shape. */
  readonly lacks?: SpanShape;
};

/** Whether a trace has a span of this shape. */
export function hasSpan(trace: readonly FoundSpan[], shape: SpanShape): boolean {
  return trace.some((found) => isLike(found, shape, trace));
}

/** What a trace's span with the name of a shape lacks of it: `attribute x`, `child y`; empty if it has no such span. */
export function listMissing(trace: readonly FoundSpan[], shape: SpanShape): string[] {
  const { name, attributes = {}, children = [], ...rest } = shape;
  const found = trace.find(({ span }) => name !== undefined && matches(span.name, name));
  if (found === undefined) return [];
  const isMissing = (part: SpanShape) => !isLike(found, part, trace);
  return [
    ...Object.entries(rest).flatMap(([key, value]) => (isMissing({ [key]: value }) ? [key] : [])),
    ...Object.entries(attributes).flatMap(([key, value]) => {
      return isMissing({ attributes: { [key]: value } }) ? [`attribute ${key}`] : [];
    }),
    ...children.flatMap((child) => (isMissing({ children: [child] }) ? [`child ${child.name ?? ''}`.trim()] : [])),
  ];
}

/** Whether a trace has this many spans of this shape, and none of another. */
export function hasExactly(
  count: number,
  shape: SpanShape,
  { lacks }: { readonly lacks: SpanShape },
): (trace: readonly FoundSpan[]) => boolean {
  return (trace) => trace.filter((found) => isLike(found, shape, trace)).length === count && !hasSpan(trace, lacks);
}

/** The shape as JSON. */
export function describeShape(shape: SpanShape): string {
  return JSON.stringify(shape, (_, value: unknown) => (value instanceof RegExp ? String(value) : value));
}

/** The value of an attribute of a span, resource or log record, integers as numbers; undefined if it is absent. */
export function readAttribute(
  holder: { readonly attributes: readonly KeyValue[] },
  key: string,
): string | number | boolean | undefined {
  const value = holder.attributes.find((attribute) => attribute.key === key)?.value;
  if (value?.intValue !== undefined) return Number(value.intValue);
  return value?.stringValue ?? value?.boolValue ?? value?.doubleValue;
}

/** Which semantic conventions for HTTP the spans of a trace follow. */
export function readConventions(trace: readonly FoundSpan[]): 'stable' | 'old' | 'none' {
  const has = (key: string) => trace.some(({ span }) => readAttribute(span, key) !== undefined);
  if (has('http.request.method')) return 'stable';
  return has('http.method') ? 'old' : 'none';
}

function isLike({ span, resource }: FoundSpan, shape: SpanShape, trace: readonly FoundSpan[]): boolean {
  const { name, service, kind, attributes = {}, root, status, event, children = [], lacks } = shape;
  return (
    (name === undefined || matches(span.name, name)) &&
    (service === undefined || readAttribute(resource, 'service.name') === service) &&
    (kind === undefined || SPAN_KINDS[span.kind] === `SPAN_KIND_${kind.toUpperCase()}`) &&
    (status === undefined || STATUS_CODES[span.status?.code ?? 0] === 'STATUS_CODE_ERROR') &&
    (root === undefined || span.parentSpanId === '') &&
    (event === undefined || span.events.some((found) => found.name === event)) &&
    Object.entries(attributes).every(([keys, value]) =>
      keys.split('|').some((key) => matches(readAttribute(span, key), value)),
    ) &&
    (children.length === 0 || hasChildren(trace, span, children)) &&
    (lacks === undefined || !hasSpan(trace, lacks))
  );
}

function hasChildren(trace: readonly FoundSpan[], span: FoundSpan['span'], shapes: readonly SpanShape[]): boolean {
  const below = listBelow(trace, span);
  return shapes.every((shape) => below.some((found) => isLike(found, shape, trace)));
}

function matches(found: unknown, wanted: string | number | boolean | RegExp): boolean {
  return wanted instanceof RegExp ? typeof found === 'string' && wanted.test(found) : found === wanted;
}
