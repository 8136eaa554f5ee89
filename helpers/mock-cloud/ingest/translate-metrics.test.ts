import { describe, expect, test } from 'vitest';
import { MetricsData } from '../../otlp/schema.ts';
import { buildLabels, formatSeries } from '../store/labels.ts';
import { translateMetrics } from './translate-metrics.ts';

const NOW = 1_795_340_000_000;
const text = (stringValue: string) => ({ stringValue });
const at = { timeUnixNano: '1795340000123456789' };
const translate = (metric: object, resource: Record<string, string> = { 'service.name': 'api' }) => {
  const attributes = Object.entries(resource).map(([key, value]) => ({ key, value: text(value) }));
  const scopeMetrics = [{ scope: { name: 'lib', version: '1' }, metrics: [metric] }];
  return translateMetrics(MetricsData.fromJson({ resourceMetrics: [{ resource: { attributes }, scopeMetrics }] }), NOW);
};
const shown = (metric: object, resource?: Record<string, string>) =>
  translate(metric, resource).samples.map(({ labels, value, stale }) => {
    return `${formatSeries(buildLabels(labels))} ${stale ? 'stale' : value}`;
  });

describe('a data point', () => {
  test('has the job, the instance and the promoted attributes of its resource', () => {
    const resource = {
      'service.name': 'api',
      'service.namespace': 'shop',
      'service.instance.id': 'run-1',
      'deployment.environment': 'test',
      'host.name': 'h',
    };
    const attributes = [
      { key: 'http.method', value: text('GET') },
      { key: 'code', value: { intValue: '200' } },
      { key: 'http_method', value: text('POST') },
    ];
    expect(shown({ name: 'x', gauge: { dataPoints: [{ ...at, asInt: '5', attributes }] } }, resource)).toEqual([
      'x{code="200", deployment_environment="test", http_method="GET;POST", instance="run-1", job="shop/api", service_instance_id="run-1", service_name="api", service_namespace="shop"} 5',
      'target_info{deployment_environment="test", host_name="h", instance="run-1", job="shop/api"} 1',
    ]);
  });
  test('keeps the millisecond of its time', () => {
    const { samples } = translate({ name: 'x', gauge: { dataPoints: [{ ...at, asDouble: 1.5 }] } });
    expect(samples).toMatchObject([{ time: 1795340000123, value: 1.5 }]);
  });
  test('without a value ends its series', () => {
    expect(shown({ name: 'x', gauge: { dataPoints: [{ ...at, flags: 1 }] } })).toEqual([
      'x{job="api", service_name="api"} stale',
    ]);
  });
});

test('a histogram has cumulative buckets, the last of which counts all values', () => {
  const point = { ...at, count: '6', sum: 7.5, explicitBounds: [0.005, 1, 1e21, 1e-7], bucketCounts: ['1', '2', '3'] };
  expect(shown({ name: 'h', unit: 's', histogram: { aggregationTemporality: 2, dataPoints: [point] } })).toEqual([
    'h_seconds_sum{job="api", service_name="api"} 7.5',
    'h_seconds_count{job="api", service_name="api"} 6',
    'h_seconds_bucket{job="api", le="0.005", service_name="api"} 1',
    'h_seconds_bucket{job="api", le="1", service_name="api"} 3',
    'h_seconds_bucket{job="api", le="1000000000000000000000", service_name="api"} 6',
    'h_seconds_bucket{job="api", le="+Inf", service_name="api"} 6',
  ]);
});

test.each([
  [5e-7, '0.0000005'],
  [-5e-7, '-0.0000005'],
  [1.25e-9, '0.00000000125'],
  [5e-324, `0.${'0'.repeat(323)}5`],
  [1.2345e25, '12345000000000000000000000'],
  [-1e21, '-1000000000000000000000'],
])('the bound %s is written without an exponent', (bound, le) => {
  const point = { ...at, count: '2', explicitBounds: [bound], bucketCounts: ['1', '1'] };
  const { samples } = translate({ name: 'h', histogram: { aggregationTemporality: 2, dataPoints: [point] } });
  expect(samples.map(({ labels }) => labels.get('le'))).toEqual([undefined, le, '+Inf']);
});

test('a summary has its quantiles', () => {
  const point = { ...at, count: '4', sum: 10, quantileValues: [{ quantile: 0.99, value: 3 }] };
  expect(shown({ name: 's', summary: { dataPoints: [point] } })).toEqual([
    's_sum{job="api", service_name="api"} 10',
    's_count{job="api", service_name="api"} 4',
    's{job="api", quantile="0.99", service_name="api"} 3',
  ]);
});

test('an exponential histogram is rejected, with its name', () => {
  const point = { ...at, count: '4', sum: 10, scale: 1, positive: { offset: 0, bucketCounts: ['4'] } };
  const metric = { name: 'e', exponentialHistogram: { aggregationTemporality: 2, dataPoints: [point] } };
  expect(translate(metric)).toEqual({
    samples: [],
    rejected: 1,
    reasons: [expect.stringMatching(/^exponential histogram "e": .* native histograms are not switched on/)],
  });
});

test.each([
  ['delta', 1],
  ['unspecified', 0],
])('%s temporality is rejected, with the metric’s name', (_, aggregationTemporality) => {
  const metric = { name: 'd', sum: { aggregationTemporality, isMonotonic: true, dataPoints: [at, at] } };
  expect(translate(metric)).toEqual({
    samples: [],
    rejected: 2,
    reasons: ['invalid temporality and type combination for metric "d"'],
  });
});

test('the target of a resource has samples from its first point to its last', () => {
  const nanos = (minutes: number) => String(BigInt(NOW + minutes * 60_000) * 1_000_000n);
  const dataPoints = [-7, 0, -3].map((minutes) => ({ timeUnixNano: nanos(minutes), asInt: '1' }));
  const { samples } = translate({ name: 'x', gauge: { dataPoints } }, { 'service.name': 'api', 'host.name': 'h' });
  const times = samples.filter(({ labels }) => labels.get('__name__') === 'target_info').map(({ time }) => time - NOW);
  expect(times).toEqual([-420_000, -270_000, -120_000, 0]);
});

test('a point of 1970 does not make millions of samples of the target', () => {
  const dataPoints = [
    { timeUnixNano: '1', asInt: '1' },
    { ...at, asInt: '1' },
  ];
  const { samples } = translate({ name: 'x', gauge: { dataPoints } }, { 'service.name': 'api', 'host.name': 'h' });
  expect(samples.length).toBeLessThan(60);
});
