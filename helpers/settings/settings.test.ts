import { describe, expect, test } from 'vitest';
import { parseDuration } from './duration.ts';
import { listEngineVariables, ROOT, readSettings } from './settings.ts';
import { SettingsError } from './settings-error.ts';

describe('settings', () => {
  test('have the intervals of a local run when nothing is set', () => {
    expect(readSettings({})).toMatchObject({
      backend: undefined,
      stack: undefined,
      intervals: { scrape: 500, scrapeTimeout: 500, otlpBatch: 200, remoteWriteDeadline: 100 },
    });
  });

  test('leave it to the kind of run whether it sends telemetry of its own, unless they say so', () => {
    const read = (value: string) => readSettings({ ALLOY_VERIFY_TELEMETRY: value }).sendsTelemetry;
    expect([read(''), read('on'), read('off')]).toEqual([undefined, true, false]);
  });

  test('count an empty variable as unset', () => {
    const empty = readSettings({ STACK: '', ALLOY_SCRAPE_INTERVAL: '', DATABASE_URL: '', DOCKER_HOST: '' });
    const { inherited } = readSettings({});
    expect({ ...empty, inherited }).toEqual({ ...readSettings({}), inherited });
  });

  test.each([
    [{ GITHUB_ACTIONS: 'true', CI: 'true' }, 'GRAFANA_CLOUD_API_KEY', 'repository secret'],
    [{ GITHUB_ACTIONS: 'true', CI: 'true' }, 'GRAFANA_CLOUD_READ_TOKEN', 'repository secret'],
    [{ GITHUB_ACTIONS: 'true', CI: 'true' }, 'GRAFANA_CLOUD_OTLP_INSTANCE_ID', 'repository variable'],
    [{ CI: 'true' }, 'GRAFANA_CLOUD_API_KEY', 'pipeline'],
    [{ NO_SUCH_VARIABLE: '1' }, 'NO_SUCH_VARIABLE', 'environment'],
    [{}, 'NO_SUCH_VARIABLE', 'unset'],
  ])('know in %j where %s is corrected: %s', (environment, name, home) => {
    expect(readSettings(environment).inherited.findHome(name)).toBe(home);
  });

  test('have the intervals of production for a stack that already runs', () => {
    expect(readSettings({ STACK: 'external', ALLOY_SCRAPE_INTERVAL: '15s' })).toMatchObject({
      intervals: { scrape: 15_000, scrapeTimeout: 10_000, otlpBatch: 10_000, remoteWriteDeadline: 5000 },
      dlqCheckIntervalSeconds: 900,
    });
  });

  test('have the intervals of production for Grafana Cloud, and not for another backend', () => {
    const production = {
      scrape: 60_000,
      scrapeTimeout: 10_000,
      otlpBatch: 10_000,
      remoteWriteDeadline: 5000,
      metricExport: 60_000,
    };
    expect(readSettings({ BACKEND: 'cloud' })).toMatchObject({ intervals: production, dlqCheckIntervalSeconds: 45 });
    expect(readSettings({ BACKEND: 'cloud', ALLOY_SCRAPE_INTERVAL: '1s' })).toMatchObject({
      intervals: { scrape: 1000 },
    });
    expect(readSettings({ BACKEND: 'cloud', OTEL_METRIC_EXPORT_INTERVAL: '1000' })).toMatchObject({
      intervals: { metricExport: 1000 },
    });
    expect(readSettings({ BACKEND: 'lgtm' })).toMatchObject({ intervals: { scrape: 500 } });
  });

  test('name the container engine, and give another program what it finds it by', () => {
    const environment = { DOCKER_HOST: 'tcp://10.0.0.1:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' };
    const { engine } = readSettings({ ...environment, TESTCONTAINERS_RYUK_DISABLED: 'true' });
    expect(engine).toMatchObject({ host: 'tcp://10.0.0.1:2376', tlsVerify: true, ryuk: false });
    expect(listEngineVariables(engine)).toEqual(environment);
  });

  test.each([
    ['STACK', 'container', '"container" is not one of containers, native, external'],
    ['STACK', '"native', '"\\"native" is not one of containers, native, external'],
    ['ALLOY_LOG_LEVEL', 'loud', '"loud" is not one of error, warn, info, debug'],
    ['ALLOY_VERIFY_TELEMETRY', 'yes', '"yes" is not one of on, off'],
    [
      'GRAFANA_URL',
      'https://u:hunter2@stack.grafana.net',
      'it carries a login, which is not used: leave it out of the URL',
    ],
    ['ALLOY_URL', 'http://u:hunter2@h:12345', 'it carries a login, which is not used: leave it out of the URL'],
    ['GRAFANA_CLOUD_TEMPO_QUERY_URL', 'https://h/tempo?key=hunter2', 'it has a query string: leave it out of the URL'],
    ['GRAFANA_CLOUD_LOKI_QUERY_URL', 'https://h/#hunter2', 'it has a fragment: leave it out of the URL'],
    ['GRAFANA_CLOUD_PROMETHEUS_QUERY_URL', 'https://h/api/prom?', 'it has a query string: leave it out of the URL'],
    ['GRAFANA_URL', 'https://stack.grafana.net/?orgId=1', 'it has a query string: leave it out of the URL'],
    ['PROMETHEUS_URL', 'http://h:9090?hunter2', 'it has a query string: leave it out of the URL'],
    ['DLQ_CHECK_INTERVAL_SECONDS', 'ten', 'it is not a number of seconds above 0'],
    ['DLQ_CHECK_INTERVAL_SECONDS', '0', 'it is not a number of seconds above 0'],
    ['DATABASE_URL', 'mysql://u:hunter2@h/x', 'it is not a URL that begins with postgresql:// or postgres://'],
    ['REDIS_URL', 'hunter2', 'it is not a URL that begins with redis://'],
    ['API_URL', 'hunter2:8000', 'it is not a URL that begins with http:// or https://'],
    ['ALLOY_OTLP_GRPC', 'http://alloy:4317', 'it is not HOST:PORT'],
    ['ALLOY_CONFIG', 'grafana-alloy', `${ROOT}/grafana-alloy is not a file (a relative path begins at the project's`],
    ['RABBITMQ_METRICS_URL', 'http://h:15692/metrics', 'it has no effect unless RABBITMQ_URL is set'],
    ['ALLOY_OTLP_GRPC', 'h:4317', 'it has no effect unless ALLOY_URL is set'],
    ['ALLOY_SCRAPE_TIMEOUT', '0s', '"0s" is not a duration above 0, such as 1s, 500ms or 1m'],
    ['ALLOY_SCRAPE_TIMEOUT', '5s', 'it is longer than ALLOY_SCRAPE_INTERVAL, which is 500ms in this run'],
    ['BACKEND_TENANT', 'a', 'it has no effect unless TEMPO_URL is set'],
    ['GRAFANA_SERVICE_ACCOUNT_TOKEN', 'glsa_hunter2', 'it has no effect unless GRAFANA_URL is set'],
    ['TEMPO_URL', 'tempo:3200', 'it is not a URL that begins with http:// or https://'],
    ['CONTRACT_SEED', 'seven', 'it is not a whole number'],
    ['GRAFANA_CLOUD_STACK', 'glc_hunter2', 'it is not the slug of a stack'],
    ['GRAFANA_CLOUD_STACK', 'eyJhunter2', 'it is not the slug of a stack'],
    ['BACKEND_TENANT', 'a\nb', 'it is not the name of a tenant'],
    ['DOCKER_HOST', 'tcp://user:hunter2@127.0.0.1:2375', "it is not an engine's address"],
    ['DEBIAN_MIRROR', 'deb.debian.org debian', 'it is not the address of a mirror'],
  ])('refuse %s=%s by name, and show no value that may hold a password', (name, value, problem) => {
    expect(() => readSettings({ [name]: value })).toThrow(`  ${name}: ${problem}`);
    expect(() => readSettings({ [name]: value })).not.toThrow(/hunter2/);
  });

  test('take a proxy in small or capital letters, the small ones first', () => {
    const proxies = { https_proxy: 'http://small:1', HTTPS_PROXY: 'http://capital:1', NO_PROXY: 'h' };
    expect(readSettings(proxies).proxies).toEqual({ https: 'http://small:1', except: 'h' });
    expect(readSettings({ HTTPS_PROXY: 'http://capital:1' }).proxies).toEqual({ https: 'http://capital:1' });
  });

  test('leave Ryuk on unless it is disabled with true', () => {
    const read = (value: string) => readSettings({ TESTCONTAINERS_RYUK_DISABLED: value }).engine.ryuk;
    expect([read('true'), read('false'), read('')]).toEqual([false, true, true]);
  });

  test('take a scrape timeout up to the interval, which depends on the kind of run', () => {
    expect(readSettings({ STACK: 'external', ALLOY_SCRAPE_TIMEOUT: '60s' }).intervals.scrapeTimeout).toBe(60_000);
    expect(readSettings({ ALLOY_SCRAPE_INTERVAL: '5s', ALLOY_SCRAPE_TIMEOUT: '5s' }).intervals.scrape).toBe(5000);
    expect(() => readSettings({ ALLOY_SCRAPE_INTERVAL: '1s', ALLOY_SCRAPE_TIMEOUT: '5s' })).toThrow('which is 1000ms');
  });

  test('list every problem in one message, and no secret', () => {
    const environment = {
      STACK: 'cloud',
      BACKEND: 'moc',
      ALLOY_SCRAPE_INTERVAL: '5 parsecs',
      ALLOY_CONFIG: 'no/such.alloy',
      GRAFANA_CLOUD_API_KEY: 'glc_secret',
    };
    expect(() => readSettings(environment)).toThrow(SettingsError);
    try {
      readSettings(environment);
    } catch (error) {
      const message = String(error);
      for (const name of ['STACK', 'BACKEND', 'ALLOY_SCRAPE_INTERVAL', 'ALLOY_CONFIG'])
        expect(message).toContain(`  ${name}: `);
      expect(message).not.toContain('glc_secret');
    }
  });
});

test.each([
  ['60s', 60_000],
  ['1m30s', 90_000],
  ['250ms', 250],
  ['1.5h', 5_400_000],
  ['5', undefined],
  ['', undefined],
  ['-1s', undefined],
  ['5 parsecs', undefined],
])('the duration %j is %s ms', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});
