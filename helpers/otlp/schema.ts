/**
 * OTLP 1.x: the messages of `opentelemetry/proto/{common,resource,trace,metrics,logs}/v1`, by field number.
 * A field that is `optional` or part of a `oneof` there is an optional property here.
 */
import type { SpanId, TraceId, UnixNanos } from './ids.ts';
import { type Field, type Message, message, type Nested } from './message.ts';

/** One of the seven; none of them is an empty value. */
export type AnyValue = {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: bigint;
  doubleValue?: number;
  arrayValue?: { values: AnyValue[] };
  kvlistValue?: { values: KeyValue[] };
  bytesValue?: Uint8Array;
};
export type KeyValue = { key: string; value?: AnyValue };
export type Scope = { name: string; version: string; attributes: KeyValue[]; droppedAttributesCount: number };
export type Resource = { attributes: KeyValue[]; droppedAttributesCount: number };

export type Span = {
  traceId: TraceId;
  spanId: SpanId;
  traceState: string;
  /** Empty for a root span. */
  parentSpanId: SpanId | '';
  name: string;
  /** An index of {@link SPAN_KINDS}. */
  kind: number;
  startTimeUnixNano: UnixNanos;
  endTimeUnixNano: UnixNanos;
  attributes: KeyValue[];
  droppedAttributesCount: number;
  events: SpanEvent[];
  droppedEventsCount: number;
  links: SpanLink[];
  droppedLinksCount: number;
  status?: SpanStatus;
  flags: number;
};
export type SpanEvent = {
  timeUnixNano: UnixNanos;
  name: string;
  attributes: KeyValue[];
  droppedAttributesCount: number;
};
export type SpanLink = {
  traceId: TraceId;
  spanId: SpanId;
  traceState: string;
  attributes: KeyValue[];
  droppedAttributesCount: number;
  flags: number;
};
/** `code` is an index of {@link STATUS_CODES}. */
export type SpanStatus = { message: string; code: number };
export type ScopeSpans = { scope?: Scope; spans: Span[]; schemaUrl: string };
export type ResourceSpans = { resource?: Resource; scopeSpans: ScopeSpans[]; schemaUrl: string };
/** Also the body of `/v1/traces`: `ExportTraceServiceRequest` has the same field. */
export type TracesData = { resourceSpans: ResourceSpans[] };

export type Exemplar = {
  filteredAttributes: KeyValue[];
  timeUnixNano: UnixNanos;
  asDouble?: number;
  asInt?: bigint;
  spanId: SpanId | '';
  traceId: TraceId | '';
};
export type NumberDataPoint = {
  attributes: KeyValue[];
  startTimeUnixNano: UnixNanos;
  timeUnixNano: UnixNanos;
  asDouble?: number;
  asInt?: bigint;
  exemplars: Exemplar[];
  flags: number;
};
export type HistogramDataPoint = {
  attributes: KeyValue[];
  startTimeUnixNano: UnixNanos;
  timeUnixNano: UnixNanos;
  count: bigint;
  sum?: number;
  bucketCounts: bigint[];
  explicitBounds: number[];
  exemplars: Exemplar[];
  flags: number;
  min?: number;
  max?: number;
};
export type ExponentialBuckets = { offset: number; bucketCounts: bigint[] };
export type ExponentialHistogramDataPoint = {
  attributes: KeyValue[];
  startTimeUnixNano: UnixNanos;
  timeUnixNano: UnixNanos;
  count: bigint;
  sum?: number;
  scale: number;
  zeroCount: bigint;
  positive?: ExponentialBuckets;
  negative?: ExponentialBuckets;
  flags: number;
  exemplars: Exemplar[];
  min?: number;
  max?: number;
  zeroThreshold: number;
};
export type SummaryDataPoint = {
  attributes: KeyValue[];
  startTimeUnixNano: UnixNanos;
  timeUnixNano: UnixNanos;
  count: bigint;
  sum: number;
  quantileValues: { quantile: number; value: number }[];
  flags: number;
};
/** One of gauge, sum, histogram, exponentialHistogram and summary. */
export type Metric = {
  name: string;
  description: string;
  unit: string;
  gauge?: { dataPoints: NumberDataPoint[] };
  sum?: { dataPoints: NumberDataPoint[]; aggregationTemporality: number; isMonotonic: boolean };
  histogram?: { dataPoints: HistogramDataPoint[]; aggregationTemporality: number };
  exponentialHistogram?: { dataPoints: ExponentialHistogramDataPoint[]; aggregationTemporality: number };
  summary?: { dataPoints: SummaryDataPoint[] };
  metadata: KeyValue[];
};
export type ScopeMetrics = { scope?: Scope; metrics: Metric[]; schemaUrl: string };
export type ResourceMetrics = { resource?: Resource; scopeMetrics: ScopeMetrics[]; schemaUrl: string };
export type MetricsData = { resourceMetrics: ResourceMetrics[] };

export type LogRecord = {
  timeUnixNano: UnixNanos;
  observedTimeUnixNano: UnixNanos;
  severityNumber: number;
  severityText: string;
  body?: AnyValue;
  attributes: KeyValue[];
  droppedAttributesCount: number;
  flags: number;
  traceId: TraceId | '';
  spanId: SpanId | '';
  eventName: string;
};
export type ScopeLogs = { scope?: Scope; logRecords: LogRecord[]; schemaUrl: string };
export type ResourceLogs = { resource?: Resource; scopeLogs: ScopeLogs[]; schemaUrl: string };
export type LogsData = { resourceLogs: ResourceLogs[] };

/** The answer to an export; `rejected` counts spans, data points or log records (the field is called so in none of them). */
export type ExportResponse = { partialSuccess?: { rejected: bigint; errorMessage: string } };
/** `google.rpc.Status`, the body of an OTLP/HTTP error (OTLP 1.x, "Failures"). */
export type RpcStatus = { code: number; message: string };

/** `Span.kind` by number. */
export const SPAN_KINDS = [
  'SPAN_KIND_UNSPECIFIED',
  'SPAN_KIND_INTERNAL',
  'SPAN_KIND_SERVER',
  'SPAN_KIND_CLIENT',
  'SPAN_KIND_PRODUCER',
  'SPAN_KIND_CONSUMER',
] as const;
/** `Status.code` by number. */
export const STATUS_CODES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'] as const;
/** `aggregation_temporality` by number. */
const TEMPORALITIES = [
  'AGGREGATION_TEMPORALITY_UNSPECIFIED',
  'AGGREGATION_TEMPORALITY_DELTA',
  'AGGREGATION_TEMPORALITY_CUMULATIVE',
] as const;
/** `severity_number` by number: four grades of six levels. */
const SEVERITIES = [
  'SEVERITY_NUMBER_UNSPECIFIED',
  ...['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((level) =>
    ['', '2', '3', '4'].map((grade) => `SEVERITY_NUMBER_${level}${grade}`),
  ),
];

const string = (no: number): Field => ({ no, type: 'string' });
const uint32 = (no: number): Field => ({ no, type: 'uint32' });
const fixed32 = (no: number): Field => ({ no, type: 'fixed32' });
const fixed64 = (no: number): Field => ({ no, type: 'fixed64' });
const double = (no: number): Field => ({ no, type: 'double' });
const traceId = (no: number): Field => ({ no, type: 'id', length: 16 });
const spanId = (no: number): Field => ({ no, type: 'id', length: 8 });
const optional = (field: Field): Field => ({ ...field, presence: true });
const list = (field: Field): Field => ({ ...field, repeated: true });
const one = (no: number, type: () => Nested): Field => ({ no, type: { message: type }, presence: true });
const many = (no: number, type: () => Nested): Field => ({ no, type: { message: type }, repeated: true });
const enumeration = (no: number, names: readonly string[]): Field => ({ no, type: { enum: names } });

const ArrayValue = message<{ values: AnyValue[] }>('ArrayValue', { values: many(1, () => AnyValue) });
const KeyValueList = message<{ values: KeyValue[] }>('KeyValueList', { values: many(1, () => KeyValue) });
const AnyValue: Message<AnyValue> = message<AnyValue>('AnyValue', {
  stringValue: optional(string(1)),
  boolValue: optional({ no: 2, type: 'bool' }),
  intValue: optional({ no: 3, type: 'int64' }),
  doubleValue: optional(double(4)),
  arrayValue: one(5, () => ArrayValue),
  kvlistValue: one(6, () => KeyValueList),
  bytesValue: optional({ no: 7, type: 'bytes' }),
});
const KeyValue: Message<KeyValue> = message<KeyValue>('KeyValue', { key: string(1), value: one(2, () => AnyValue) });
const Scope = message<Scope>('InstrumentationScope', {
  name: string(1),
  version: string(2),
  attributes: many(3, () => KeyValue),
  droppedAttributesCount: uint32(4),
});
const Resource = message<Resource>('Resource', {
  attributes: many(1, () => KeyValue),
  droppedAttributesCount: uint32(2),
});

const SpanEvent = message<SpanEvent>('Span.Event', {
  timeUnixNano: fixed64(1),
  name: string(2),
  attributes: many(3, () => KeyValue),
  droppedAttributesCount: uint32(4),
});
const SpanLink = message<SpanLink>('Span.Link', {
  traceId: traceId(1),
  spanId: spanId(2),
  traceState: string(3),
  attributes: many(4, () => KeyValue),
  droppedAttributesCount: uint32(5),
  flags: fixed32(6),
});
const SpanStatus = message<SpanStatus>('Status', { message: string(2), code: enumeration(3, STATUS_CODES) });
const Span = message<Span>('Span', {
  traceId: traceId(1),
  spanId: spanId(2),
  traceState: string(3),
  parentSpanId: spanId(4),
  name: string(5),
  kind: enumeration(6, SPAN_KINDS),
  startTimeUnixNano: fixed64(7),
  endTimeUnixNano: fixed64(8),
  attributes: many(9, () => KeyValue),
  droppedAttributesCount: uint32(10),
  events: many(11, () => SpanEvent),
  droppedEventsCount: uint32(12),
  links: many(13, () => SpanLink),
  droppedLinksCount: uint32(14),
  status: one(15, () => SpanStatus),
  flags: fixed32(16),
});
const ScopeSpans = message<ScopeSpans>('ScopeSpans', {
  scope: one(1, () => Scope),
  spans: many(2, () => Span),
  schemaUrl: string(3),
});
const ResourceSpans = message<ResourceSpans>('ResourceSpans', {
  resource: one(1, () => Resource),
  scopeSpans: many(2, () => ScopeSpans),
  schemaUrl: string(3),
});
/** The body of `POST /v1/traces`. */
export const TracesData = message<TracesData>('TracesData', { resourceSpans: many(1, () => ResourceSpans) });

const Exemplar = message<Exemplar>('Exemplar', {
  timeUnixNano: fixed64(2),
  asDouble: optional(double(3)),
  spanId: spanId(4),
  traceId: traceId(5),
  asInt: optional({ no: 6, type: 'sfixed64' }),
  filteredAttributes: many(7, () => KeyValue),
});
const NumberDataPoint = message<NumberDataPoint>('NumberDataPoint', {
  startTimeUnixNano: fixed64(2),
  timeUnixNano: fixed64(3),
  asDouble: optional(double(4)),
  exemplars: many(5, () => Exemplar),
  asInt: optional({ no: 6, type: 'sfixed64' }),
  attributes: many(7, () => KeyValue),
  flags: uint32(8),
});
const HistogramDataPoint = message<HistogramDataPoint>('HistogramDataPoint', {
  startTimeUnixNano: fixed64(2),
  timeUnixNano: fixed64(3),
  count: fixed64(4),
  sum: optional(double(5)),
  bucketCounts: list(fixed64(6)),
  explicitBounds: list(double(7)),
  exemplars: many(8, () => Exemplar),
  attributes: many(9, () => KeyValue),
  flags: uint32(10),
  min: optional(double(11)),
  max: optional(double(12)),
});
const ExponentialBuckets = message<ExponentialBuckets>('ExponentialHistogramDataPoint.Buckets', {
  offset: { no: 1, type: 'sint32' },
  bucketCounts: list({ no: 2, type: 'uint64' }),
});
const ExponentialHistogramDataPoint = message<ExponentialHistogramDataPoint>('ExponentialHistogramDataPoint', {
  attributes: many(1, () => KeyValue),
  startTimeUnixNano: fixed64(2),
  timeUnixNano: fixed64(3),
  count: fixed64(4),
  sum: optional(double(5)),
  scale: { no: 6, type: 'sint32' },
  zeroCount: fixed64(7),
  positive: one(8, () => ExponentialBuckets),
  negative: one(9, () => ExponentialBuckets),
  flags: uint32(10),
  exemplars: many(11, () => Exemplar),
  min: optional(double(12)),
  max: optional(double(13)),
  zeroThreshold: double(14),
});
const ValueAtQuantile = message<{ quantile: number; value: number }>('ValueAtQuantile', {
  quantile: double(1),
  value: double(2),
});
const SummaryDataPoint = message<SummaryDataPoint>('SummaryDataPoint', {
  startTimeUnixNano: fixed64(2),
  timeUnixNano: fixed64(3),
  count: fixed64(4),
  sum: double(5),
  quantileValues: many(6, () => ValueAtQuantile),
  attributes: many(7, () => KeyValue),
  flags: uint32(8),
});
type Held<K extends keyof Metric> = NonNullable<Metric[K]> & object;
const Gauge = message<Held<'gauge'>>('Gauge', { dataPoints: many(1, () => NumberDataPoint) });
const Sum = message<Held<'sum'>>('Sum', {
  dataPoints: many(1, () => NumberDataPoint),
  aggregationTemporality: enumeration(2, TEMPORALITIES),
  isMonotonic: { no: 3, type: 'bool' },
});
const Histogram = message<Held<'histogram'>>('Histogram', {
  dataPoints: many(1, () => HistogramDataPoint),
  aggregationTemporality: enumeration(2, TEMPORALITIES),
});
const ExponentialHistogram = message<Held<'exponentialHistogram'>>('ExponentialHistogram', {
  dataPoints: many(1, () => ExponentialHistogramDataPoint),
  aggregationTemporality: enumeration(2, TEMPORALITIES),
});
const Summary = message<Held<'summary'>>('Summary', { dataPoints: many(1, () => SummaryDataPoint) });
const Metric = message<Metric>('Metric', {
  name: string(1),
  description: string(2),
  unit: string(3),
  gauge: one(5, () => Gauge),
  sum: one(7, () => Sum),
  histogram: one(9, () => Histogram),
  exponentialHistogram: one(10, () => ExponentialHistogram),
  summary: one(11, () => Summary),
  metadata: many(12, () => KeyValue),
});
const ScopeMetrics = message<ScopeMetrics>('ScopeMetrics', {
  scope: one(1, () => Scope),
  metrics: many(2, () => Metric),
  schemaUrl: string(3),
});
const ResourceMetrics = message<ResourceMetrics>('ResourceMetrics', {
  resource: one(1, () => Resource),
  scopeMetrics: many(2, () => ScopeMetrics),
  schemaUrl: string(3),
});
/** The body of `POST /v1/metrics`. */
export const MetricsData = message<MetricsData>('MetricsData', { resourceMetrics: many(1, () => ResourceMetrics) });

const LogRecord = message<LogRecord>('LogRecord', {
  timeUnixNano: fixed64(1),
  severityNumber: enumeration(2, SEVERITIES),
  severityText: string(3),
  body: one(5, () => AnyValue),
  attributes: many(6, () => KeyValue),
  droppedAttributesCount: uint32(7),
  flags: fixed32(8),
  traceId: traceId(9),
  spanId: spanId(10),
  observedTimeUnixNano: fixed64(11),
  eventName: string(12),
});
const ScopeLogs = message<ScopeLogs>('ScopeLogs', {
  scope: one(1, () => Scope),
  logRecords: many(2, () => LogRecord),
  schemaUrl: string(3),
});
const ResourceLogs = message<ResourceLogs>('ResourceLogs', {
  resource: one(1, () => Resource),
  scopeLogs: many(2, () => ScopeLogs),
  schemaUrl: string(3),
});
/** The body of `POST /v1/logs`. */
export const LogsData = message<LogsData>('LogsData', { resourceLogs: many(1, () => ResourceLogs) });

const PartialSuccess = message<NonNullable<ExportResponse['partialSuccess']>>('ExportPartialSuccess', {
  rejected: { no: 1, type: 'int64' },
  errorMessage: string(2),
});
/** The body of a 200 answer to an export. */
export const ExportResponse = message<ExportResponse>('ExportResponse', {
  partialSuccess: one(1, () => PartialSuccess),
});
/** The body of an error answer to an export. */
export const RpcStatus = message<RpcStatus>('google.rpc.Status', {
  code: { no: 1, type: 'int32' },
  message: string(2),
});
