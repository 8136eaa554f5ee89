import { describe, expect, test } from 'vitest';
import type { InstantSample } from '../clients/prometheus.ts';
import { localCloudVariables } from '../settings/alloy-environment.ts';
import type { Evidence } from './evidence.ts';
import { OTLP_RULES } from './rules-otlp.ts';
import { REMOTE_WRITE_RULES } from './rules-remote-write.ts';
import { sourceGone } from './rules-source.ts';
import { runAt } from './testing.ts';

const variables = localCloudVariables({ GRAFANA_CLOUD_API_KEY: 'glc_secret' }, 'http://127.0.0.1:1');
const run = runAt(variables);
const nothing: Evidence = {
  run,
  alloyAnswers: true,
  alloyMetrics: [],
  unhealthy: [],
  alloyLog: [],
  refusals: [],
  asked: '',
  unreachable: [],
  nearest: [],
};
const sample = (name: string, value: number, labels = {}): InstantSample => ({
  labels: { __name__: name, ...labels },
  time: 0,
  value,
});
const first = (rules: typeof OTLP_RULES, evidence: Partial<Evidence>) =>
  rules.map((rule) => rule({ ...nothing, ...evidence })).find((finding) => finding !== undefined);

describe('data sent over OTLP that is not in the backend', () => {
  test('is put down to the instance ID when the exporter was refused', () => {
    const finding = first(OTLP_RULES, {
      run: { ...run, variables: { ...variables, GRAFANA_CLOUD_OTLP_INSTANCE_ID: '2847239' } },
      alloyMetrics: [
        sample('otelcol_exporter_send_failed_spans_total', 3, {
          error_type: 'Unauthenticated',
          error_permanent: 'true',
        }),
      ],
    });
    expect(finding?.cause).toMatch(
      /401 Unauthorized to the instance ID 2847239: that is GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID/,
    );
    expect(finding?.fix).toContain('GRAFANA_CLOUD_OTLP_INSTANCE_ID');
    expect(JSON.stringify(finding)).not.toContain('glc_secret');
  });

  test('is put down to the path when the gateway knows none such', () => {
    const line =
      'level=error msg="Exporting failed. Dropping data." error="… request to http://127.0.0.1:1/v1/traces responded with HTTP Status Code 404"';
    expect(first(OTLP_RULES, { alloyLog: [line] })?.cause).toContain('http://127.0.0.1:1/v1/traces');
  });

  test('is put down to the wiring when all was accepted and nothing sent', () => {
    expect(first(OTLP_RULES, { alloyMetrics: [sample('otelcol_receiver_accepted_spans_total', 1)] })?.fix).toContain(
      'output',
    );
  });
});

describe('series that are not in the backend', () => {
  test('are put down to the missing URL, which no log tells', () => {
    const finding = first(REMOTE_WRITE_RULES, {
      alloyMetrics: [sample('prometheus_remote_storage_samples_total', 0, { url: '' })],
    });
    expect(finding?.fix).toContain('GRAFANA_CLOUD_PROMETHEUS_ENDPOINT');
  });

  test('are put down to the relabelling when they exist under other labels', () => {
    const nearest = ['redis_up exists under job="integrations/redis", instance="redis:6379"'];
    const finding = first(REMOTE_WRITE_RULES, {
      nearest,
      alloyMetrics: [sample('prometheus_remote_storage_samples_total', 9)],
    });
    expect(finding?.cause).toContain('job="integrations/redis"');
    expect(finding?.fix).toContain('discovery.relabel');
  });

  test('are left without a cause when nothing is wrong to be seen', () => {
    expect(
      first(REMOTE_WRITE_RULES, { alloyMetrics: [sample('prometheus_remote_storage_samples_total', 9)] }),
    ).toBeUndefined();
  });
});

test('a source that is gone is the cause of its own series only', () => {
  const unreachable = [{ name: 'Redis', address: '127.0.0.1:1', variable: 'REDIS_URL', pattern: /redis/ }];
  expect(sourceGone({ ...nothing, unreachable, asked: 'redis_up{job="x"}' })?.cause).toBe(
    'Redis gives no answer at 127.0.0.1:1',
  );
  expect(sourceGone({ ...nothing, unreachable, asked: 'pg_up{job="x"}' })).toBeUndefined();
});
