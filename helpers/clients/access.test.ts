import { expect, test } from 'vitest';
import { readCloudAccess, readLgtmAccess } from './access.ts';

test('Prometheus and Loki are queried next to the path that accepts their data, Tempo at its endpoint, each with its own ID', () => {
  const access = readCloudAccess({
    GRAFANA_CLOUD_API_KEY: 'glc_x',
    GRAFANA_CLOUD_PROMETHEUS_ENDPOINT: 'https://prometheus.example/api/prom/push',
    GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID: '1',
    GRAFANA_CLOUD_LOKI_ENDPOINT: 'https://loki.example/loki/api/v1/push',
    GRAFANA_CLOUD_LOKI_INSTANCE_ID: '2',
    GRAFANA_CLOUD_TEMPO_ENDPOINT: 'https://tempo.example/tempo/',
    GRAFANA_CLOUD_TEMPO_INSTANCE_ID: '3',
  });
  expect(access).toEqual({
    prometheus: {
      url: 'https://prometheus.example/api/prom',
      user: '1',
      password: 'glc_x',
      variables: named('PROMETHEUS'),
    },
    loki: { url: 'https://loki.example', user: '2', password: 'glc_x', variables: named('LOKI') },
    tempo: { url: 'https://tempo.example/tempo', user: '3', password: 'glc_x', variables: named('TEMPO') },
  });
});

const named = (service: string) => ({
  url: `GRAFANA_CLOUD_${service}_ENDPOINT`,
  login: [`GRAFANA_CLOUD_${service}_INSTANCE_ID`, 'GRAFANA_CLOUD_API_KEY'],
});

test('the variables are named that an address and a login come from', () => {
  const url = new URL('http://127.0.0.1:1');
  expect(readCloudAccess({}, { loki: url, readToken: 'glc_r' }).loki.variables).toEqual({
    url: 'GRAFANA_CLOUD_LOKI_QUERY_URL',
    login: ['GRAFANA_CLOUD_LOKI_INSTANCE_ID', 'GRAFANA_CLOUD_READ_TOKEN'],
  });
  expect(readLgtmAccess({ tempo: url, loki: url, prometheus: url })?.tempo.variables).toEqual({
    url: 'TEMPO_URL',
    login: ['TEMPO_URL'],
  });
});
