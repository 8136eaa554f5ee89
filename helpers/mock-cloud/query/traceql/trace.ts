import type { TraceId } from '../../../otlp/ids.ts';
import type { KeyValue, Span, TracesData } from '../../../otlp/schema.ts';
import { assignNestedSets, type NestedSet } from './nested-set.ts';

/** A span with the attributes of its resource. `service` is empty if the resource has no name that is a string. */
export type TraceSpan = {
  readonly span: Span;
  readonly resource: readonly KeyValue[];
  readonly service: string;
  readonly nestedSet: NestedSet;
};

/** A trace as a query sees it; times in nanoseconds since the epoch. */
export type Trace = {
  readonly id: TraceId;
  readonly spans: readonly TraceSpan[];
  readonly root: TraceSpan | undefined;
  readonly start: bigint;
  readonly end: bigint;
};

/** Builds a trace from what the store holds of it; a span that arrived twice is included once. */
export function buildTrace(id: TraceId, data: TracesData): Trace {
  const unique = new Map<string, Omit<TraceSpan, 'nestedSet'>>();
  for (const { resource, scopeSpans } of data.resourceSpans) {
    const attributes = resource?.attributes ?? [];
    const service = attributes.find(({ key }) => key === 'service.name')?.value?.stringValue ?? '';
    for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
      const key = `${span.spanId} ${span.kind}`;
      if (!unique.has(key)) unique.set(key, { span, resource: attributes, service });
    }
  }
  const arrived = [...unique.values()];
  const nestedSets = assignNestedSets(arrived.map(({ span }) => span));
  const spans = arrived.map((held, index): TraceSpan => ({ ...held, nestedSet: nestedSets[index] as NestedSet }));
  const root = spans.findLast(({ span }) => span.parentSpanId === '');
  spans.sort((a, b) => (a.span.startTimeUnixNano < b.span.startTimeUnixNano ? -1 : 1));
  let end = 0n;
  for (const { span } of spans) if (span.endTimeUnixNano > end) end = span.endTimeUnixNano;
  return { id, spans, root, start: spans[0]?.span.startTimeUnixNano ?? 0n, end };
}
