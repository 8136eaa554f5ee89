import { formatAttribute } from '../../otlp/format-attribute.ts';
import type {
  ExponentialHistogramDataPoint,
  HistogramDataPoint,
  KeyValue,
  Metric,
  MetricsData,
  NumberDataPoint,
  SummaryDataPoint,
} from '../../otlp/schema.ts';
import { OUT_OF_ORDER_WINDOW } from '../store/series.ts';
import { buildLabelName } from './label-name.ts';
import { buildMetricName } from './metric-name.ts';
import { PROMOTED_RESOURCE_ATTRIBUTES } from './promoted-attributes.ts';
import { CREATION_GRACE_PERIOD } from './validate-series.ts';

/** A sample of the series with these labels; `time` in milliseconds since the epoch. */
export type LabelledSample = {
  readonly labels: ReadonlyMap<string, string>;
  readonly time: number;
  readonly value: number;
  readonly stale: boolean;
};

/** What the data points of an export became. */
export type TranslatedMetrics = {
  readonly samples: readonly LabelledSample[];
  /** Data points that Grafana Cloud rejects too. */
  readonly rejected: number;
  /** Why points were rejected. */
  readonly reasons: readonly string[];
};

type Point = NumberDataPoint | HistogramDataPoint | ExponentialHistogramDataPoint | SummaryDataPoint;
/** One series of a data point: the suffix of the metric's name, the value, and an additional label if it has one. */
type Part = readonly [suffix: string, value: number, extra?: readonly [name: string, value: string]];

const CUMULATIVE = 2;
const NO_RECORDED_VALUE = 1;
const TARGET_INFO_INTERVAL = 150_000;
const IDENTIFYING = ['service.namespace', 'service.name', 'service.instance.id'];

/**
 * Translates OTLP metrics as Prometheus 3 does by default, with Grafana Cloud's promoted resource attributes: classic
 * histograms, no labels of the scope, and `target_info` for a resource with more attributes than its identity. Delta
 * temporality and exponential histograms are rejected, as in Mimir without native histograms. `now` is in milliseconds.
 * Throws {@link DecodeError} for an attribute whose name can't be translated.
 */
export function translateMetrics(data: MetricsData, now: number): TranslatedMetrics {
  const samples: LabelledSample[] = [];
  const reasons = new Set<string>();
  let rejected = 0;

  for (const { resource, scopeMetrics } of data.resourceMetrics) {
    const identity = readResourceLabels(resource?.attributes ?? []);
    let earliest = Number.POSITIVE_INFINITY;
    let latest = 0;
    for (const metric of scopeMetrics.flatMap(({ metrics }) => metrics)) {
      const parts = listDataPoints(metric);
      const rejection = explainRejection(metric);
      if (rejection !== undefined) {
        rejected += parts.length;
        if (parts.length > 0) reasons.add(rejection);
        continue;
      }
      const name = buildMetricName(metric);
      for (const { point, series } of parts) {
        const base = buildPointLabels(point.attributes, identity);
        const time = Number(point.timeUnixNano / 1_000_000n);
        earliest = Math.min(earliest, time);
        latest = Math.max(latest, time);
        const stale = (point.flags & NO_RECORDED_VALUE) !== 0;
        for (const [suffix, value, extra] of series) {
          const labels = new Map(base).set('__name__', name + suffix);
          if (extra !== undefined) labels.set(extra[0], extra[1]);
          samples.push({ labels, time, value, stale });
        }
      }
    }
    const target = buildTargetInfo(resource?.attributes ?? [], identity);
    if (target === undefined || latest === 0) continue;
    for (const time of listTargetTimes(earliest, latest, now)) {
      samples.push({ labels: target, time, value: 1, stale: false });
    }
  }
  return { samples, rejected, reasons: [...reasons] };
}

function explainRejection(metric: Metric): string | undefined {
  if (metric.exponentialHistogram !== undefined) {
    const stack = 'the mock Grafana Cloud is a stack for which native histograms are not switched on';
    return `exponential histogram "${metric.name}": ${stack}, and such a stack refuses it`;
  }
  const temporal = metric.sum ?? metric.histogram;
  if (temporal !== undefined && temporal.aggregationTemporality !== CUMULATIVE) {
    return `invalid temporality and type combination for metric "${metric.name}"`;
  }
  if (buildMetricName(metric) === '') return `normalization for metric "${metric.name}" resulted in empty name`;
  return undefined;
}

function listDataPoints(metric: Metric): { readonly point: Point; readonly series: readonly Part[] }[] {
  const numbers = metric.gauge?.dataPoints ?? metric.sum?.dataPoints ?? [];
  return [
    ...numbers.map((point) => ({ point, series: [['', point.asDouble ?? Number(point.asInt ?? 0n)] as const] })),
    ...(metric.histogram?.dataPoints ?? []).map((point) => ({ point, series: buildHistogramParts(point) })),
    ...(metric.exponentialHistogram?.dataPoints ?? []).map((point) => ({ point, series: [] })),
    ...(metric.summary?.dataPoints ?? []).map((point) => ({ point, series: buildSummaryParts(point) })),
  ];
}

function buildSumAndCount(point: { readonly sum?: number; readonly count: bigint }): Part[] {
  const count = ['_count', Number(point.count)] as const;
  return point.sum === undefined ? [count] : [['_sum', point.sum], count];
}

function buildHistogramParts(point: HistogramDataPoint): Part[] {
  let cumulative = 0;
  const buckets = point.explicitBounds.slice(0, point.bucketCounts.length).map((bound, index): Part => {
    cumulative += Number(point.bucketCounts[index] ?? 0n);
    return ['_bucket', cumulative, ['le', formatFloat(bound)]];
  });
  return [...buildSumAndCount(point), ...buckets, ['_bucket', Number(point.count), ['le', '+Inf']]];
}

function buildSummaryParts(point: SummaryDataPoint): Part[] {
  const quantiles = point.quantileValues.map(
    ({ quantile, value }): Part => ['', value, ['quantile', formatFloat(quantile)]],
  );
  return [...buildSumAndCount(point), ...quantiles];
}

/** A number as the value of a label: decimal, never with an exponent. */
function formatFloat(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  if (Number.isNaN(value)) return 'NaN';
  const [mantissa = '', exponent] = String(Math.abs(value)).split('e');
  const sign = value < 0 ? '-' : '';
  if (exponent === undefined) return sign + mantissa;
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = whole + fraction;
  const shift = Number(exponent);
  return sign + (shift < 0 ? `0.${'0'.repeat(-shift - 1)}${digits}` : digits.padEnd(shift + 1, '0'));
}

type ResourceLabels = {
  readonly promoted: ReadonlyMap<string, string>;
  readonly identity: readonly [string, string][];
};

function readResourceLabels(attributes: readonly KeyValue[]): ResourceLabels {
  const text = (key: string) => formatAttribute(attributes.find((attribute) => attribute.key === key)?.value);
  const [name, namespace, instance] = [text('service.name'), text('service.namespace'), text('service.instance.id')];
  const identity: [string, string][] = [];
  if (name !== '') identity.push(['job', namespace === '' ? name : `${namespace}/${name}`]);
  if (instance !== '') identity.push(['instance', instance]);
  const promoted = attributes
    .filter(({ key }) => PROMOTED_RESOURCE_ATTRIBUTES.has(key))
    .map(({ key, value }) => [buildLabelName(key), formatAttribute(value)] as const);
  return { promoted: new Map(promoted), identity };
}

function buildPointLabels(
  attributes: readonly KeyValue[],
  { promoted, identity }: ResourceLabels,
): Map<string, string> {
  return new Map([...promoted, ...buildAttributeLabels(attributes), ...identity]);
}

/** Attributes whose names become the same share a label, with their values joined in the order of the original names. */
function buildAttributeLabels(attributes: readonly KeyValue[]): Map<string, string> {
  const labels = new Map<string, string>();
  const sorted = attributes.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  for (const { key, value } of sorted) {
    if (key === '__name__') continue;
    const name = buildLabelName(key);
    const known = labels.get(name);
    labels.set(name, known ? `${known};${formatAttribute(value)}` : formatAttribute(value));
  }
  return labels;
}

/** From the first to the last point of a resource at half of Prometheus's lookback; what would be refused is left out. */
function listTargetTimes(earliest: number, latest: number, now: number): number[] {
  const times: number[] = [];
  const start = Math.max(earliest, now - OUT_OF_ORDER_WINDOW);
  const end = Math.min(latest, now + CREATION_GRACE_PERIOD);
  for (let time = start; time < end; time += TARGET_INFO_INTERVAL) times.push(time);
  return [...times, latest];
}

function buildTargetInfo(
  attributes: readonly KeyValue[],
  { identity }: ResourceLabels,
): ReadonlyMap<string, string> | undefined {
  const others = attributes.filter(({ key }) => !IDENTIFYING.includes(key));
  if (others.length === 0 || identity.length === 0) return undefined;
  return new Map([...buildAttributeLabels(others), ...identity, ['__name__', 'target_info']]);
}
