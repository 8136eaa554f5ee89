import { formatAttribute } from '../../../otlp/format-attribute.ts';
import type { TraceId } from '../../../otlp/ids.ts';
import type { KeyValue, Span, TracesData } from '../../../otlp/schema.ts';

/** A span with the attributes of its resource. */
export type TraceSpan = { readonly span: Span; readonly resource: readonly KeyValue[]; readonly service: string };

/** A trace as a query sees it; times in nanoseconds since the epoch. */
export type Trace = {
  readonly id: TraceId;
  readonly spans: readonly TraceSpan[];
  /** The spans by ID: one each, except for programs that share an ID between client and server. */
  readonly byId: ReadonlyMap<string, readonly TraceSpan[]>;
  readonly root: TraceSpan | undefined;
  readonly start: bigint;
  readonly end: bigint;
};

/** Tempo's name for the root of a trace whose root span did not arrive. */
export const ROOT_NOT_RECEIVED = '<root span not yet received>';

/** Builds a trace from what the store holds of it; a span that arrived twice is included once. */
export function buildTrace(id: TraceId, data: TracesData): Trace {
  const unique = new Map<string, TraceSpan>();
  for (const { resource, scopeSpans } of data.resourceSpans) {
    const attributes = resource?.attributes ?? [];
    const service = formatAttribute(attributes.find(({ key }) => key === 'service.name')?.value);
    for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
      const key = `${span.spanId} ${span.kind}`;
      if (!unique.has(key)) unique.set(key, { span, resource: attributes, service });
    }
  }
  const spans = [...unique.values()].sort((a, b) => (a.span.startTimeUnixNano < b.span.startTimeUnixNano ? -1 : 1));
  let end = 0n;
  for (const { span } of spans) if (span.endTimeUnixNano > end) end = span.endTimeUnixNano;
  return {
    id,
    spans,
    byId: Map.groupBy(spans, ({ span }) => span.spanId),
    root: spans.find(({ span }) => span.parentSpanId === ''),
    start: spans[0]?.span.startTimeUnixNano ?? 0n,
    end,
  };
}
