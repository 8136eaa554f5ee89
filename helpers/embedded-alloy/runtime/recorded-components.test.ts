import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Registry } from 'prom-client';
import { afterAll, expect, test } from 'vitest';
import type { Setting } from '../schema/settings.ts';
import { loadGraph } from './load.ts';
import { createLog } from './logger.ts';

const root = new URL('../../../', import.meta.url);

/** What Alloy 1.18 answered about each component of the shipped configuration. */
const { details } = JSON.parse(
  readFileSync(new URL('fixtures/captures/alloy-1.18/components-api.json', root), 'utf8'),
) as {
  readonly details: Readonly<
    Record<string, { readonly arguments: readonly Setting[]; readonly exports: readonly Setting[] }>
  >;
};

/** The environment of the recording. */
const environment = {
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

const directory = mkdtempSync(join(tmpdir(), 'recorded-components-'));
afterAll(() => rmSync(directory, { recursive: true }));

const { components } = await loadGraph(fileURLToPath(new URL('grafana-alloy/config.alloy', root)), {
  environment,
  storagePath: directory,
  registry: new Registry(),
  log: createLog(() => {}),
  stability: 'generally-available',
  communityComponents: false,
});

test('every component of the recording is there', () => {
  expect(components.map(({ localID }) => localID).sort()).toEqual(Object.keys(details).sort());
});

test.each(components)('$localID has the evaluated arguments of the recording, byte for byte', (component) => {
  expect(JSON.stringify(component.arguments)).toBe(JSON.stringify(details[component.localID]?.arguments));
});

test.each(components)('$localID has the exports of the recording, byte for byte', (component) => {
  expect(JSON.stringify(component.exports)).toBe(JSON.stringify(details[component.localID]?.exports));
});
