import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('../../../', import.meta.url);

/** The environment in which Alloy 1.18 ran the shipped configuration for `components-api.json` and `self-metrics.txt`. */
export const recordedEnvironment = {
  ALLOY_OTLP_GRPC_LISTEN: '127.0.0.1:24317',
  ALLOY_OTLP_HTTP_LISTEN: '127.0.0.1:24318',
  ALLOY_SCRAPE_INTERVAL: '2s',
  ALLOY_SCRAPE_TIMEOUT: '1s',
  GRAFANA_CLOUD_API_KEY: 'glc_do-not-show-this',
  GRAFANA_CLOUD_OTLP_ENDPOINT: 'http://127.0.0.1:9/otlp',
  GRAFANA_CLOUD_OTLP_INSTANCE_ID: '1461503',
  GRAFANA_CLOUD_PROMETHEUS_ENDPOINT: 'http://127.0.0.1:9/api/prom/push',
  GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID: '2847239',
  POSTGRES_EXPORTER_DSN: 'postgresql://u:glc_do-not-show-this@127.0.0.1:9/x',
  RABBITMQ_METRICS_ADDRESS: '127.0.0.1:9',
  REDIS_EXPORTER_ADDRESS: '127.0.0.1:9',
  REDIS_EXPORTER_PASSWORD: 'glc_do-not-show-this',
};

/** Writes the configuration of the recordings into `directory`, and returns its path. */
export function writeRecordedConfiguration(directory: string): string {
  const path = join(directory, 'config.alloy');
  const shipped = readFileSync(new URL('grafana-alloy/config.alloy', root), 'utf8');
  // The shipped configuration got this argument after the recordings were made.
  writeFileSync(path, shipped.replace(/^\s*disable_settings_metrics = true\n/m, ''));
  return path;
}

/** Reads a recording of Alloy 1.18. */
export function readRecording(name: string): string {
  return readFileSync(new URL(`fixtures/captures/alloy-1.18/${name}`, root), 'utf8');
}
