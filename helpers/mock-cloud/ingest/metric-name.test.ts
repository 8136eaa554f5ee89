import { describe, expect, test } from 'vitest';
import type { Metric } from '../../otlp/schema.ts';
import { buildLabelName } from './label-name.ts';
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
  ])('%s in "%s" as a %s is %s', (name, unit, kind, expected) => {
    expect(buildMetricName(metric(name, unit, kind))).toBe(expected);
  });
});

test.each([
  ['http.request.method', 'http_request_method'],
  ['__name__', '__name__'],
  ['_private', 'key_private'],
  ['0.5', 'key_0_5'],
  ['a--b', 'a_b'],
  ['k8s.pod/name', 'k8s_pod_name'],
])('the attribute %s becomes the label %s', (attribute, label) => expect(buildLabelName(attribute)).toBe(label));
