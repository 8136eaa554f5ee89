import { attributeText } from '../../otlp/attribute-text.ts';
import type {
  ExponentialHistogramDataPoint,
  HistogramDataPoint,
  KeyValue,
  Metric,
  MetricsData,
  NumberDataPoint,
  SummaryDataPoint,
} from '../../otlp/schema.ts';
import { labelName } from './label-name.ts';
import { metricName } from './metric-name.ts';
import { PROMOTED_RESOURCE_ATTRIBUTES } from './promoted-attributes.ts';

/** A sample of the series with these labels; `time` in milliseconds since the epoch. */
export type LabelledSample = {
  readonly labels: ReadonlyMap<string, string>;
  readonly time: number;
  readonly value: number;
  readonly stale: boolean;
};

/** What became of the data points of an export. */
export type Translated = {
  readonly samples: readonly LabelledSample[];
  readonly points: number;
  /** Data points that Prometheus 3 does not take either. */
  readonly rejected: number;
  /** Why points were rejected, and what was kept of points that were not kept whole. */
  readonly remarks: readonly string[];
};

type Point = NumberDataPoint | HistogramDataPoint | ExponentialHistogramDataPoint | SummaryDataPoint;
/** The series of one data point: a suffix of the metric's name, a label more where need be, the value. */
type Part = readonly [suffix: string, value: number, extra?: readonly [name: string, value: string]];

const CUMULATIVE = 2;
const NO_RECORDED_VALUE = 1;
const IDENTIFYING = ['service.namespace', 'service.name', 'service.instance.id'];

/**
 * OTLP metrics as Prometheus 3 stores them by default, with Grafana Cloud's promoted resource attributes: classic
 * histograms, no labels of the scope, and `target_info` for a resource that has more than its identity. Exponential
 * histograms become their `_count` and `_sum` only. Delta temporality is rejected, as there.
 */
export function translateMetrics(data: MetricsData): Translated {
  const samples: LabelledSample[] = [];
  const remarks = new Set<string>();
  let points = 0;
  let rejected = 0;

  for (const { resource, scopeMetrics } of data.resourceMetrics) {
    const identity = resourceLabels(resource?.attributes ?? []);
    let latest = 0;
    for (const metric of scopeMetrics.flatMap(({ metrics }) => metrics)) {
      const parts = dataPoints(metric);
      points += parts.length;
      const refusal = refusalOf(metric);
      if (refusal !== undefined) {
        rejected += parts.length;
        if (parts.length > 0) remarks.add(refusal);
        continue;
      }
      if (metric.exponentialHistogram !== undefined) {
        remarks.add(
          `exponential histogram "${metric.name}": only _count and _sum are kept; a real Prometheus keeps it`,
        );
      }
      const name = metricName(metric);
      for (const { point, series } of parts) {
        const base = pointLabels(point.attributes, identity);
        const time = Number(point.timeUnixNano / 1_000_000n);
        latest = Math.max(latest, time);
        const stale = (point.flags & NO_RECORDED_VALUE) !== 0;
        for (const [suffix, value, extra] of series) {
          const labels = new Map(base).set('__name__', name + suffix);
          if (extra !== undefined) labels.set(extra[0], extra[1]);
          samples.push({ labels, time, value, stale });
        }
      }
    }
    const target = targetInfo(resource?.attributes ?? [], identity);
    if (target !== undefined && latest > 0) samples.push({ labels: target, time: latest, value: 1, stale: false });
  }
  return { samples, points, rejected, remarks: [...remarks] };
}

function refusalOf(metric: Metric): string | undefined {
  const temporal = metric.sum ?? metric.histogram ?? metric.exponentialHistogram;
  if (temporal !== undefined && temporal.aggregationTemporality !== CUMULATIVE) {
    return `invalid temporality and type combination for metric "${metric.name}"`;
  }
  if (metricName(metric) === '') return `normalization for metric "${metric.name}" resulted in empty name`;
  return undefined;
}

function dataPoints(metric: Metric): { readonly point: Point; readonly series: readonly Part[] }[] {
  const numbers = metric.gauge?.dataPoints ?? metric.sum?.dataPoints ?? [];
  return [
    ...numbers.map((point) => ({ point, series: [['', point.asDouble ?? Number(point.asInt ?? 0n)] as const] })),
    ...(metric.histogram?.dataPoints ?? []).map((point) => ({ point, series: histogramParts(point) })),
    ...(metric.exponentialHistogram?.dataPoints ?? []).map((point) => ({ point, series: sumAndCount(point) })),
    ...(metric.summary?.dataPoints ?? []).map((point) => ({ point, series: summaryParts(point) })),
  ];
}

function sumAndCount(point: { readonly sum?: number; readonly count: bigint }): Part[] {
  const count = ['_count', Number(point.count)] as const;
  return point.sum === undefined ? [count] : [['_sum', point.sum], count];
}

function histogramParts(point: HistogramDataPoint): Part[] {
  let cumulative = 0;
  const buckets = point.explicitBounds.slice(0, point.bucketCounts.length).map((bound, index): Part => {
    cumulative += Number(point.bucketCounts[index] ?? 0n);
    return ['_bucket', cumulative, ['le', floatText(bound)]];
  });
  return [...sumAndCount(point), ...buckets, ['_bucket', Number(point.count), ['le', '+Inf']]];
}

function summaryParts(point: SummaryDataPoint): Part[] {
  const quantiles = point.quantileValues.map(
    ({ quantile, value }): Part => ['', value, ['quantile', floatText(quantile)]],
  );
  return [...sumAndCount(point), ...quantiles];
}

/** A number as a label holds it: decimal, never with an exponent. */
function floatText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  if (Number.isNaN(value)) return 'NaN';
  const text = String(value);
  if (!text.includes('e')) return text;
  if (Math.abs(value) >= 1) return BigInt(value).toString();
  const [digits = '', exponent = '0'] = text.replace('-', '').split('e-');
  const zeros = '0'.repeat(Number(exponent) - 1);
  return `${value < 0 ? '-' : ''}0.${zeros}${digits.replace('.', '')}`;
}

type ResourceLabels = {
  readonly promoted: ReadonlyMap<string, string>;
  readonly identity: readonly [string, string][];
};

function resourceLabels(attributes: readonly KeyValue[]): ResourceLabels {
  const text = (key: string) => attributeText(attributes.find((attribute) => attribute.key === key)?.value);
  const [name, namespace, instance] = [text('service.name'), text('service.namespace'), text('service.instance.id')];
  const identity: [string, string][] = [];
  if (name !== '') identity.push(['job', namespace === '' ? name : `${namespace}/${name}`]);
  if (instance !== '') identity.push(['instance', instance]);
  const promoted = attributes
    .filter(({ key }) => PROMOTED_RESOURCE_ATTRIBUTES.has(key))
    .map(({ key, value }) => [labelName(key), attributeText(value)] as const);
  return { promoted: new Map(promoted), identity };
}

function pointLabels(attributes: readonly KeyValue[], { promoted, identity }: ResourceLabels): Map<string, string> {
  return new Map([...promoted, ...attributeLabels(attributes), ...identity]);
}

/** Attributes whose names become the same share a label, their values joined in the order of the original names. */
function attributeLabels(attributes: readonly KeyValue[]): Map<string, string> {
  const labels = new Map<string, string>();
  const sorted = attributes.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  for (const { key, value } of sorted) {
    if (key === '' || key === '__name__') continue;
    const name = labelName(key);
    const known = labels.get(name);
    labels.set(name, known ? `${known};${attributeText(value)}` : attributeText(value));
  }
  return labels;
}

function targetInfo(
  attributes: readonly KeyValue[],
  { identity }: ResourceLabels,
): ReadonlyMap<string, string> | undefined {
  const others = attributes.filter(({ key }) => !IDENTIFYING.includes(key));
  if (others.length === 0 || identity.length === 0) return undefined;
  return new Map([...attributeLabels(others), ...identity, ['__name__', 'target_info']]);
}
