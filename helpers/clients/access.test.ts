import { expect, test } from 'vitest';
import { readCloudAccess } from './access.ts';

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
    prometheus: { url: 'https://prometheus.example/api/prom', user: '1', password: 'glc_x' },
    loki: { url: 'https://loki.example', user: '2', password: 'glc_x' },
    tempo: { url: 'https://tempo.example/tempo', user: '3', password: 'glc_x' },
  });
});
