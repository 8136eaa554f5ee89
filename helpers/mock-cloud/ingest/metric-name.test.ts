import { describe, expect, test } from 'vitest';
import { DecodeError } from '../../otlp/message.ts';
import type { Metric } from '../../otlp/schema.ts';
import { buildLabelName, buildMetadataName } from './label-name.ts';
import { buildMetricName } from './metric-name.ts';

type Kind = 'gauge' | 'counter' | 'up-down counter' | 'histogram';

function metric(name: string, unit: string, kind: Kind): Metric {
  const points = { dataPoints: [], aggregationTemporality: 2 };
  return {
    name,
    unit,
    description: '',
    metadata: [],
    ...(kind === 'gauge' && { gauge: { dataPoints: [] } }),
    ...(kind === 'histogram' && { histogram: points }),
    ...(kind === 'counter' && { sum: { ...points, isMonotonic: true } }),
    ...(kind === 'up-down counter' && { sum: { ...points, isMonotonic: false } }),
  };
}

describe('a metric gets the name that Prometheus 3 gives it', () => {
  test.each<[name: string, unit: string, kind: Kind, expected: string]>([
    ['http.server.duration', 'ms', 'histogram', 'http_server_duration_milliseconds'],
    ['http.server.request.duration', 's', 'histogram', 'http_server_request_duration_seconds'],
    ['http.server.active_requests', '{request}', 'up-down counter', 'http_server_active_requests'],
    ['http.server.requests', '', 'counter', 'http_server_requests_total'],
    ['process.memory', 'By', 'gauge', 'process_memory_bytes'],
    ['requests_total', '1', 'counter', 'requests_total'],
    ['total.requests', '{request}', 'counter', 'requests_total'],
    ['cpu.utilization', '1', 'gauge', 'cpu_utilization_ratio'],
    ['ratio.of.things', '1', 'gauge', 'of_things_ratio'],
    ['queue.length', '1', 'up-down counter', 'queue_length'],
    ['uptime_seconds', 's', 'counter', 'uptime_seconds_total'],
    ['disk.read', 'By/s', 'gauge', 'disk_read_bytes_per_second'],
    ['rate', '{operation}/s', 'gauge', 'rate_per_second'],
    ['fan.speed', 'rpm', 'gauge', 'fan_speed_rpm'],
    ['charge', '%', 'gauge', 'charge_percent'],
    ['2nd.try', '', 'gauge', '_2nd_try'],
    ['a..b__c-d', '', 'gauge', 'a_b_c_d'],
    ['job:up:sum', '', 'gauge', 'job:up:sum'],
    ['größe', 'm', 'gauge', 'gr_e_meters'],
    ['...', '', 'gauge', ''],
    ['日本', 's', 'counter', 'seconds_total'],
    ['...', '', 'counter', 'total'],
  ])('%s in "%s" as a %s is %s', (name, unit, kind, expected) => {
    expect(buildMetricName(metric(name, unit, kind))).toBe(expected);
  });
});

describe('an attribute is named as Prometheus 3 and Loki 3 name it', () => {
  test.each([
    ['http.request.method', 'http_request_method', 'http_request_method'],
    ['k8s.pod/name', 'k8s_pod_name', 'k8s_pod_name'],
    ['a__b', 'a__b', 'a_b'],
    ['k--b', 'k__b', 'k_b'],
    ['__name__', '__name__', '__name__'],
    ['__x', '__x', '_x'],
    ['_y', 'key_y', '_y'],
    ['9', 'key_9', 'key_9'],
    ['0.5', 'key_0_5', 'key_0_5'],
    ['ab_', 'ab_', 'ab_'],
  ])('%s is the label %s of a metric and %s of a log', (attribute, label, metadata) => {
    expect([buildLabelName(attribute), buildMetadataName(attribute)]).toEqual([label, metadata]);
  });

  test.each([
    ['', 'label name is empty', 'label name is empty'],
    [
      '日本',
      'normalization for label name "日本" resulted in invalid name "__"',
      'normalization for label name "日本" resulted in invalid name "_"',
    ],
    [
      '___',
      'normalization for label name "___" resulted in invalid name "___"',
      'normalization for label name "___" resulted in invalid name "_"',
    ],
  ])('%o has no name', (attribute, inMetric, inLog) => {
    expect(() => buildLabelName(attribute)).toThrow(new DecodeError(inMetric));
    expect(() => buildMetadataName(attribute)).toThrow(new DecodeError(inLog));
  });
  test('é has one in a metric only', () => {
    expect(buildLabelName('é')).toBe('key_');
    expect(() => buildMetadataName('é')).toThrow(/resulted in invalid name "_"/);
  });
});
