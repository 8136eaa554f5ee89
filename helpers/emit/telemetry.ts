import type { SpanId, TraceId } from '../otlp/ids.ts';
import { newSpanId, newTraceId, nowNanos } from '../otlp/ids.ts';
import type { AnyValue, KeyValue, LogsData, MetricsData, Resource, Span, TracesData } from '../otlp/schema.ts';

/** Plain attribute values; integers become OTLP integers. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** OTLP attributes. */
export function attributes(values: Attributes): KeyValue[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: string | number | boolean): AnyValue {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: BigInt(value) } : { doubleValue: value };
}

/** A resource that carries the service's name and, as `service.instance.id`, the ID of the run. */
export function resource(service: string, runId: string): Resource {
  return {
    attributes: attributes({ 'service.name': service, 'service.instance.id': runId }),
    droppedAttributesCount: 0,
  };
}

/** What a new span has; its IDs and times are generated. */
export type SpanPlan = { readonly name: string; readonly attributes?: Attributes; readonly parent?: Span };

/** A span of 50 ms that ends now, of kind internal, in its parent's trace or in a new one. */
export function newSpan(plan: SpanPlan): Span {
  const end = nowNanos();
  const traceId: TraceId = plan.parent?.traceId ?? newTraceId();
  const parentSpanId: SpanId | '' = plan.parent?.spanId ?? '';
  return {
    traceId,
    spanId: newSpanId(),
    traceState: '',
    parentSpanId,
    name: plan.name,
    kind: 1,
    startTimeUnixNano: end - 50_000_000n,
    endTimeUnixNano: end,
    attributes: attributes(plan.attributes ?? {}),
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    flags: 0,
  };
}

/** The instrumentation scope of everything that this project sends. */
export const scope = { name: 'alloy-verify', version: '', attributes: [], droppedAttributesCount: 0 };

/** Spans of one service, ready to be sent. */
export function traces(from: Resource, spans: Span[]): TracesData {
  return { resourceSpans: [{ resource: from, scopeSpans: [{ scope, spans, schemaUrl: '' }], schemaUrl: '' }] };
}

/** One gauge with a data point for each value, numbered from `first` by the attribute `point`. */
export function gauges(from: Resource, name: string, values: readonly number[], first = 0): MetricsData {
  const dataPoints = values.map((value, index) => ({
    attributes: attributes({ point: String(first + index) }),
    startTimeUnixNano: 0n,
    timeUnixNano: nowNanos(),
    asDouble: value,
    exemplars: [],
    flags: 0,
  }));
  const metrics = [{ name, description: '', unit: '', gauge: { dataPoints }, metadata: [] }];
  return { resourceMetrics: [{ resource: from, scopeMetrics: [{ scope, metrics, schemaUrl: '' }], schemaUrl: '' }] };
}

/** Log records of severity INFO, one for each line. */
export function logs(from: Resource, lines: readonly string[]): LogsData {
  const now = nowNanos();
  const logRecords = lines.map((line) => ({
    timeUnixNano: now,
    observedTimeUnixNano: now,
    severityNumber: 9,
    severityText: 'INFO',
    body: { stringValue: line },
    attributes: [],
    droppedAttributesCount: 0,
    flags: 0,
    traceId: '' as const,
    spanId: '' as const,
    eventName: '',
  }));
  return { resourceLogs: [{ resource: from, scopeLogs: [{ scope, logRecords, schemaUrl: '' }], schemaUrl: '' }] };
}
