import type { Run } from '../../run/run.ts';
import { readCloudAccess } from '../access.ts';

/** A run for tests. Its Alloy and its backend are at `origin`; by default that is port 1 of loopback, where nothing listens. */
export function sampleRun(parts: Partial<Run> & { readonly origin?: string } = {}): Run {
  const { origin = 'http://127.0.0.1:1', ...others } = parts;
  const variables = {
    GRAFANA_CLOUD_API_KEY: 'glc_secret_token',
    GRAFANA_CLOUD_OTLP_ENDPOINT: `${origin}/otlp`,
    GRAFANA_CLOUD_OTLP_INSTANCE_ID: '1461503',
    GRAFANA_CLOUD_PROMETHEUS_ENDPOINT: `${origin}/api/prom/push`,
    GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID: '2847239',
    GRAFANA_CLOUD_LOKI_ENDPOINT: `${origin}/loki/api/v1/push`,
    GRAFANA_CLOUD_LOKI_INSTANCE_ID: '1419296',
    GRAFANA_CLOUD_TEMPO_ENDPOINT: `${origin}/tempo`,
    GRAFANA_CLOUD_TEMPO_INSTANCE_ID: '1413606',
  };
  return {
    id: 'run-1',
    stack: 'native',
    backend: 'mock',
    alloy: {
      kind: 'binary',
      version: 'v1.18.0',
      url: origin,
      otlpGrpc: '127.0.0.1:1',
      otlpHttp: origin,
      config: 'config.alloy',
    },
    madeUpVariables: [],
    variables,
    access: readCloudAccess(variables),
    intervals: { scrape: 500, scrapeTimeout: 500, otlpBatch: 200, remoteWriteDeadline: 100, metricExport: 500 },
    dlqCheckInterval: 1,
    seriesWindow: 300,
    timings: {},
    startedAt: 0,
    ...others,
  };
}
