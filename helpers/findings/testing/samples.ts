import type { Observation } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';

/** A question about Redis's `redis_up` that got no series. */
export function sampleObservation(changes: Partial<Observation> = {}): Observation {
  return {
    kind: 'observation',
    holds: false,
    subject: {
      kind: 'scraped metric',
      expression: 'redis_up{job="integrations/redis_exporter",instance="redis"}',
      metric: 'redis_up',
      labels: { job: 'integrations/redis_exporter', instance: 'redis' },
      source: 'redis',
    },
    path: 'remote write',
    condition: { kind: 'value', is: 'equal', value: 1 },
    seen: { kind: 'values', count: 0, values: [] },
    attempts: 12,
    askedAt: Date.parse('2026-11-26T00:00:10Z'),
    elapsedMs: 3400,
    ...changes,
  };
}

const log = { component: 'otelcol.exporter.otlphttp.x', message: 'Exporting failed: connection refused' };
const labels = { job: 'j', instance: 'i' };

/** Findings of every kind, with and without their optional fields. */
export const sampleFindings: { readonly [K in Finding['kind']]: readonly FindingKind<K>[] } = {
  'listed problems': [{ kind: 'listed problems', problems: ['this is wrong', 'so is that'], fix: 'correct both' }],
  'configuration error': [
    { kind: 'configuration error', file: '/x/config.alloy', line: 3, column: 5, message: 'missing "}"' },
  ],
  'no answer from Alloy': [
    { kind: 'no answer from Alloy', url: 'http://127.0.0.1:12345' },
    { kind: 'no answer from Alloy', url: 'http://127.0.0.1:12345', lastLog: { component: '', message: 'killed' } },
  ],
  'wrong address of Alloy': [
    {
      kind: 'wrong address of Alloy',
      addresses: [
        { variable: 'ALLOY_URL', address: 'http://127.0.0.1:1', answer: 'web page' },
        { variable: 'ALLOY_OTLP_GRPC', address: '127.0.0.1:1', answer: 'another protocol' },
        { variable: 'ALLOY_OTLP_HTTP', address: 'http://127.0.0.1:1', answer: 404 },
      ],
    },
  ],
  'unhealthy components': [
    { kind: 'unhealthy components', ids: ['otelcol.receiver.otlp.x'], message: 'bad', portInUse: false },
    { kind: 'unhealthy components', ids: ['a', 'b'], message: 'address already in use', portInUse: true },
  ],
  'source unreachable': [
    { kind: 'source unreachable', source: 'redis', address: '127.0.0.1:6379' },
    { kind: 'source unreachable', source: 'redis', address: '127.0.0.1:6379', variable: 'REDIS_URL' },
  ],
  'exporter cannot connect': [
    { kind: 'exporter cannot connect', source: 'redis', log },
    { kind: 'exporter cannot connect', source: 'postgres', log },
    { kind: 'exporter cannot connect', source: 'postgres' },
  ],
  'scrape fails': [
    { kind: 'scrape fails', ...labels },
    {
      kind: 'scrape fails',
      ...labels,
      source: 'rabbitmq',
      target: { component: 'prometheus.scrape.x', url: 'http://x/metrics', error: 'connection refused' },
    },
  ],
  'other labels': [{ kind: 'other labels', wanted: labels, found: { job: 'k', instance: 'i' } }],
  'OTLP login refused': [
    { kind: 'OTLP login refused' },
    { kind: 'OTLP login refused', instanceId: '1' },
    {
      kind: 'OTLP login refused',
      instanceId: '1',
      reason: 'foreign instance ID',
      twin: 'GRAFANA_CLOUD_TEMPO_INSTANCE_ID',
    },
  ],
  'OTLP path not found': [{ kind: 'OTLP path not found' }, { kind: 'OTLP path not found', url: 'http://x/v1/traces' }],
  'OTLP endpoint unreachable': [{ kind: 'OTLP endpoint unreachable', log }],
  'OTLP export fails': [{ kind: 'OTLP export fails' }, { kind: 'OTLP export fails', log }],
  'nothing accepted over OTLP': [
    { kind: 'nothing accepted over OTLP', grpc: '127.0.0.1:4317', http: 'http://127.0.0.1:4318' },
  ],
  'nothing exported over OTLP': [{ kind: 'nothing exported over OTLP' }],
  'remote write without URL': [{ kind: 'remote write without URL', component: 'prometheus.remote_write.x' }],
  'remote write login refused': [
    { kind: 'remote write login refused' },
    { kind: 'remote write login refused', instanceId: '1' },
    {
      kind: 'remote write login refused',
      instanceId: '1',
      reason: 'wrong token',
      twin: 'GRAFANA_CLOUD_TEMPO_INSTANCE_ID',
    },
  ],
  'remote write path not found': [
    { kind: 'remote write path not found' },
    { kind: 'remote write path not found', url: 'http://x/push/' },
  ],
  'remote write fails': [{ kind: 'remote write fails' }, { kind: 'remote write fails', log }],
  'nothing sent by remote write': [{ kind: 'nothing sent by remote write' }],
  'Grafana Cloud refuses': [
    {
      kind: 'Grafana Cloud refuses',
      use: 'OTLP export',
      problem: {
        kind: "another service's ID",
        variable: 'GRAFANA_CLOUD_OTLP_INSTANCE_ID',
        id: '1',
        owner: 'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID',
      },
    },
    { kind: 'Grafana Cloud refuses', use: 'remote write', problem: { kind: "another stack's IDs" } },
  ],
  'token expired': [
    { kind: 'token expired', use: 'question', variable: 'GRAFANA_CLOUD_READ_TOKEN' },
    { kind: 'token expired', use: 'remote write', variable: 'GRAFANA_SERVICE_ACCOUNT_TOKEN' },
  ],
  'clock differs': [
    { kind: 'clock differs', offset: 300_000 },
    { kind: 'clock differs', offset: -300_000 },
  ],
  'questions refused': [
    { kind: 'questions refused', refused: [{ service: 'loki', user: '1', status: 403 }], all: false },
    { kind: 'questions refused', refused: [{ service: 'tempo', user: '', status: 401 }], all: true },
  ],
  'backend silent': [
    { kind: 'backend silent', service: 'loki', url: 'http://x', since: 0, reason: 'Headers Timeout Error' },
    { kind: 'backend silent', service: 'loki', url: 'http://x', variable: 'LOKI_URL', since: 0, reason: 'timeout' },
  ],
  'another backend': [
    { kind: 'another backend', sendsTo: ['http://y/otlp'], asked: [{ service: 'tempo', url: 'http://x/tempo' }] },
    {
      kind: 'another backend',
      sendsTo: ['http://y/otlp', 'http://y/push'],
      asked: [{ service: 'loki', url: 'http://x', variable: 'LOKI_URL' }],
    },
  ],
  'query refused': [
    { kind: 'query refused', url: 'http://x', status: 401, message: 'http://x answered 401: no', user: '1' },
    { kind: 'query refused', url: 'http://x', status: 0, message: 'http://x gives no answer: refused', user: '1' },
    { kind: 'query refused', url: 'http://x', status: 400, message: 'http://x answered 400: parse error', user: '1' },
  ],
};
