import { expect, test } from 'vitest';
import type { Environment } from './environment.ts';
import { readSettings } from './settings.ts';
import { describeUnusedVariables, type RunKind } from './unused-variables.ts';

const lgtm = { TEMPO_URL: 'http://t', PROMETHEUS_URL: 'http://p', LOKI_URL: 'http://l' };

function describe(environment: Environment, changes: Partial<RunKind> = {}): string[] {
  const kind = {
    stack: 'native',
    backend: 'mock',
    hasGateway: false,
    needs: ['postgres', 'redis', 'rabbitmq'],
    ...changes,
  } as const;
  return describeUnusedVariables(readSettings(environment), kind);
}

test('a run that uses what is set says nothing', () => {
  expect(describe({ ALLOY: 'binary', ALLOY_BIN: '/bin/true', ALLOY_SCRAPE_INTERVAL: '1s' })).toEqual([]);
  const images = { API_IMAGE: 'a', NODE_IMAGE: 'b', IMAGE_REGISTRY: 'c/' };
  expect(describe(images, { stack: 'containers' })).toEqual([]);
  const ofLgtm = { stack: 'containers', backend: 'lgtm', needs: ['lgtm'] } as const;
  expect(describe({ LGTM_IMAGE: 'a' }, ofLgtm)).toEqual([]);
  expect(describe({ ALLOY_BIN: '/bin/true' }, { stack: 'external' })).toEqual([]);
  expect(describe({ ...lgtm, TEMPO_OTLP_URL: 'http://t:4318' }, { backend: 'lgtm', hasGateway: true })).toEqual([]);
  expect(describe({ GRAFANA_CLOUD_READ_TOKEN: 'glc_x' }, { backend: 'cloud' })).toEqual([]);
  expect(describe({ GRAFANA_URL: 'http://g' }, { backend: 'cloud' })).toEqual([]);
  expect(describe({ GRAFANA_CLOUD_OTLP_GRPC_ENDPOINT: 'h:443' }, { backend: 'cloud' })).toEqual([]);
  const linked = { ...lgtm, GRAFANA_URL: 'https://stack.grafana.net' };
  expect(describe(linked, { backend: 'lgtm', hasGateway: true })).toEqual([]);
  expect(describe({ POSTGRES_EXPORTER_DSN: '', REDIS_EXPORTER_PASSWORD: '' })).toEqual([]);
  // Where Alloy runs already, these are its own, as compose has them in the same .env.
  expect(describe({ POSTGRES_EXPORTER_DSN: 'x', ALLOY_VERIFY_RUN_ID: 'mine' }, { stack: 'external' })).toEqual([]);
  // A phase without PostgreSQL leaves its address to Alloy.
  expect(describe({ POSTGRES_EXPORTER_DSN: 'x' }, { needs: ['alloy'] })).toEqual([]);
  // A shell has them for other programs.
  expect(describe({ DOCKER_HOST: 'tcp://h:2375', TESTCONTAINERS_HOST_OVERRIDE: 'h' })).toEqual([]);
});

test.each([
  [
    'images without containers',
    { API_IMAGE: 'a', POSTGRES_IMAGE: 'p', IMAGE_REGISTRY: 'r/' },
    {},
    ['Not used: POSTGRES_IMAGE, API_IMAGE, IMAGE_REGISTRY, because the stack is native.'],
  ],
  [
    'an image, external',
    { API_IMAGE: 'a' },
    { stack: 'external' },
    ['Not used: API_IMAGE, because the stack is external.'],
  ],
  [
    'a program beside the embedded Alloy',
    { ALLOY: 'embedded', ALLOY_BIN: '/bin/true' },
    {},
    ['Not used: ALLOY_BIN, because ALLOY=embedded is another Alloy.'],
  ],
  [
    'a program in containers',
    { ALLOY_BIN: '/bin/true' },
    { stack: 'containers' },
    ['Not used: ALLOY_BIN, because Alloy runs in a container.'],
  ],
  [
    'other backends beside the mock cloud',
    { GRAFANA_URL: 'http://g', TEMPO_URL: 'http://t', GRAFANA_CLOUD_LOKI_QUERY_URL: 'http://l' },
    {},
    ['Not used: GRAFANA_CLOUD_LOKI_QUERY_URL, GRAFANA_URL, TEMPO_URL, because the backend is the mock cloud.'],
  ],
  [
    'a Tempo beside Grafana Cloud',
    { TEMPO_URL: 'http://t', BACKEND_TENANT: 'a' },
    { backend: 'cloud' },
    ['Not used: TEMPO_URL, BACKEND_TENANT, because the backend is Grafana Cloud.'],
  ],
  [
    'query URLs beside a Grafana',
    { GRAFANA_URL: 'http://g', GRAFANA_CLOUD_TEMPO_QUERY_URL: 'http://t', GRAFANA_CLOUD_READ_TOKEN: 'glc_x' },
    { backend: 'cloud' },
    ['Not used: GRAFANA_CLOUD_TEMPO_QUERY_URL, GRAFANA_CLOUD_READ_TOKEN, because GRAFANA_URL is asked.'],
  ],
  [
    'query URLs of Grafana Cloud beside a Tempo, a Prometheus and a Loki',
    { ...lgtm, GRAFANA_CLOUD_TEMPO_QUERY_URL: 'http://t' },
    { backend: 'lgtm' },
    ['Not used: GRAFANA_CLOUD_TEMPO_QUERY_URL, because TEMPO_URL, PROMETHEUS_URL and LOKI_URL are asked.'],
  ],
  [
    'other backends beside the grafana/otel-lgtm of a run',
    { GRAFANA_URL: 'http://g', GRAFANA_CLOUD_LOKI_QUERY_URL: 'http://l' },
    { backend: 'lgtm', needs: ['mock-cloud', 'lgtm'] },
    ['Not used: GRAFANA_CLOUD_LOKI_QUERY_URL, GRAFANA_URL, because the grafana/otel-lgtm of the run is asked.'],
  ],
  [
    'an image that is not started',
    { LGTM_IMAGE: 'a' },
    { stack: 'containers' },
    ['Not used: LGTM_IMAGE, because only BACKEND=lgtm without TEMPO_URL, PROMETHEUS_URL and LOKI_URL starts it.'],
  ],
  [
    'a Tempo alone',
    { TEMPO_URL: 'http://t' },
    { backend: 'lgtm' },
    ['Not used: TEMPO_URL, because the query URLs of Grafana Cloud are asked.'],
  ],
  [
    'a receiver that Alloy does not write to',
    { ...lgtm, TEMPO_OTLP_URL: 'http://t:4318' },
    { backend: 'lgtm' },
    ['Not used: TEMPO_OTLP_URL, because Alloy writes to the GRAFANA_CLOUD_* endpoints.'],
  ],
  [
    'the sources of another Alloy',
    {
      POSTGRES_EXPORTER_DSN: 'postgresql://u:hunter2@h/d',
      REDIS_EXPORTER_ADDRESS: 'h:6379',
      REDIS_EXPORTER_PASSWORD: 'hunter2',
      RABBITMQ_METRICS_ADDRESS: 'h:15692',
    },
    {},
    [
      'Not used: POSTGRES_EXPORTER_DSN, because the run sets it, to its own PostgreSQL or that of DATABASE_URL.',
      'Not used: REDIS_EXPORTER_ADDRESS, REDIS_EXPORTER_PASSWORD, because the run sets them, to its own Redis or that of REDIS_URL.',
      'Not used: RABBITMQ_METRICS_ADDRESS, because the run sets it, to its own RabbitMQ or that of RABBITMQ_URL.',
    ],
  ],
  [
    'what a run chooses for its Alloy',
    { ALLOY_OTLP_GRPC_LISTEN: '0.0.0.0:4317', ALLOY_OTLP_HTTP_LISTEN: '0.0.0.0:4318', ALLOY_VERIFY_RUN_ID: 'mine' },
    { stack: 'containers' },
    [
      'Not used: ALLOY_OTLP_GRPC_LISTEN, ALLOY_OTLP_HTTP_LISTEN, because the run takes free ports; with STACK=external, ALLOY_OTLP_GRPC and ALLOY_OTLP_HTTP name those of an Alloy that runs.',
      'Not used: ALLOY_VERIFY_RUN_ID, because each run has an ID of its own.',
    ],
  ],
  [
    'the gRPC address of another Grafana Cloud',
    { GRAFANA_CLOUD_OTLP_GRPC_ENDPOINT: 'h:443' },
    {},
    ['Not used: GRAFANA_CLOUD_OTLP_GRPC_ENDPOINT, because the backend is the mock cloud.'],
  ],
  [
    'what another command reads',
    { DEBIAN_MIRROR: 'http://m/debian', CONTRACT_SEED: '7' },
    { stack: 'external' },
    [
      'Not used: DEBIAN_MIRROR, because only `npm run images` reads it.',
      'Not used: CONTRACT_SEED, because only `npm run test:contract` reads it.',
    ],
  ],
] as const)('%s are named, with the reason', (_, environment, changes, lines) => {
  expect(describe(environment, changes)).toEqual(lines);
});
