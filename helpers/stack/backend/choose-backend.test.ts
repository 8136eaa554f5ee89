import { describe, expect, test } from 'vitest';
import { type Reply, startAnsweringServer } from '../../clients/testing/answering-server.ts';
import { CannotRun } from '../../run/cannot-run.ts';
import { completeCloudVariables } from '../../settings/alloy-environment.ts';
import type { Environment } from '../../settings/environment.ts';
import { readSettings } from '../../settings/settings.ts';
import { chooseBackend, chooseExternalBackend, isOnLoopback } from './choose-backend.ts';

const choose = (environment: Environment) => chooseBackend(readSettings(environment));
const hosted = completeCloudVariables({ GRAFANA_CLOUD_API_KEY: 'glc_w' }, 'https://cloud.example');
const lgtm = {
  BACKEND: 'lgtm',
  TEMPO_URL: 'http://127.0.0.1:1',
  PROMETHEUS_URL: 'http://me:p%40x@prometheus.example/prefix/',
  LOKI_URL: 'http://127.0.0.1:3',
};

test('is the mock cloud by default, whatever else is set', async () => {
  expect(await choose({ ...hosted, ...lgtm, BACKEND: '' })).toEqual({ backend: 'mock' });
});

describe('Grafana Cloud', () => {
  const cloud = { ...hosted, BACKEND: 'cloud' };

  test('is asked next to where Alloy writes, with the IDs and the token', async () => {
    const { backend, access, gateway } = await choose(cloud);
    expect({ backend, gateway }).toEqual({ backend: 'cloud', gateway: undefined });
    expect(access).toMatchObject({
      prometheus: { url: 'https://cloud.example/api/prom', user: '2847239', password: 'glc_w' },
      tempo: { url: 'https://cloud.example/tempo', user: '1413606', password: 'glc_w' },
      loki: { url: 'https://cloud.example', user: '1419296', password: 'glc_w' },
    });
  });

  test('is asked at the query URLs and with the token to read, where they are set', async () => {
    const { access } = await choose({
      ...cloud,
      GRAFANA_CLOUD_READ_TOKEN: 'glc_r',
      GRAFANA_CLOUD_TEMPO_QUERY_URL: 'https://tempo.example/tempo/',
    });
    expect(access).toMatchObject({
      prometheus: { url: 'https://cloud.example/api/prom', password: 'glc_r' },
      tempo: { url: 'https://tempo.example/tempo', user: '1413606', password: 'glc_r' },
    });
  });

  test.each([
    [
      { GRAFANA_CLOUD_LOKI_INSTANCE_ID: '' },
      'BACKEND=cloud needs to know where Alloy writes, and GRAFANA_CLOUD_LOKI_INSTANCE_ID is not set.',
    ],
    [{ GRAFANA_CLOUD_OTLP_ENDPOINT: 'otlp' }, 'not a URL: GRAFANA_CLOUD_OTLP_ENDPOINT.'],
    [{ GRAFANA_URL: 'https://g.example' }, 'GRAFANA_URL is set, and GRAFANA_SERVICE_ACCOUNT_TOKEN is not.'],
  ])('is refused with %o', async (wrong, message) => {
    await expect(choose({ ...cloud, ...wrong })).rejects.toThrow(message);
  });
});

describe('one Grafana', () => {
  const sources = (...list: object[]): Reply => ({ body: JSON.stringify(list) });
  const source = (type: string, uid: string, more: object = {}) => ({ type, uid, name: uid, ...more });
  const ask = async (reply: Reply) => {
    await using server = await startAnsweringServer(({ path, headers }) =>
      path === '/g/api/datasources' && headers.authorization === 'Bearer glsa_x' ? reply : undefined,
    );
    const environment = {
      ...hosted,
      BACKEND: 'cloud',
      GRAFANA_URL: `${server.url}/g/`,
      GRAFANA_SERVICE_ACCOUNT_TOKEN: 'glsa_x',
    };
    return { url: server.url, plan: await choose(environment).catch((error: unknown) => error) };
  };

  test('answers for all three, through its own data sources of Grafana Cloud', async () => {
    const { url, plan } = await ask(
      sources(
        source('prometheus', 'other', { isDefault: true }),
        source('prometheus', 'grafanacloud-prom'),
        source('prometheus', 'grafanacloud-usage', { name: 'grafanacloud-usage' }),
        source('loki', 'abc', { name: 'grafanacloud-myslug-logs' }),
        source('loki', 'def', { name: 'grafanacloud-myslug-alert-state-history' }),
        source('tempo', 'only'),
      ),
    );
    const through = (uid: string) => ({
      url: `${url}/g/api/datasources/proxy/uid/${uid}`,
      user: '',
      password: 'glsa_x',
      isBearer: true,
    });
    expect(plan).toMatchObject({
      access: { prometheus: through('grafanacloud-prom'), loki: through('abc'), tempo: through('only') },
    });
  });

  test('links to what failed, at the data sources that answer', async () => {
    const { url, plan } = await ask(sources(source('prometheus', 'a'), source('loki', 'b'), source('tempo', 'c')));
    expect(plan).toMatchObject({
      grafana: { url: `${url}/g`, dataSources: { prometheus: 'a', loki: 'b', tempo: 'c' } },
    });
  });

  test('of Grafana Cloud is only linked to where it has no token, and the services are asked themselves', async () => {
    const GRAFANA_URL = 'https://games.grafana.net';
    const plan = await choose({ ...hosted, BACKEND: 'cloud', GRAFANA_URL });
    const { access } = await choose({ ...hosted, BACKEND: 'cloud' });
    expect(plan).toMatchObject({
      access,
      grafana: {
        url: GRAFANA_URL,
        dataSources: { prometheus: 'grafanacloud-prom', loki: 'grafanacloud-logs', tempo: 'grafanacloud-traces' },
      },
    });
  });

  test.each([
    ['of another host', { ...hosted, BACKEND: 'cloud', GRAFANA_URL: 'http://grafana.example' }],
    [
      'of Grafana Cloud, for a Tempo of the person’s own',
      { ...lgtm, TEMPO_OTLP_URL: 'http://127.0.0.1:4318', GRAFANA_URL: 'https://games.grafana.net' },
    ],
  ])('%s is refused without a token', async (_, environment) => {
    await expect(choose(environment)).rejects.toThrow('GRAFANA_URL is set, and GRAFANA_SERVICE_ACCOUNT_TOKEN is not.');
  });

  test.each<[string, Reply, RegExp]>([
    ['a data source is missing', sources(source('prometheus', 'p')), /it has no data source of the type tempo/],
    [
      'nothing says which one is meant',
      sources(source('prometheus', 'a'), source('prometheus', 'b')),
      /none of its data sources of the type prometheus is the default: a, b/,
    ],
    ['it refuses the token', { status: 401, body: '{}' }, /can't be asked: .*answered 401/],
    ['it is no Grafana', { body: '<html>', type: 'text/html' }, /answered 200 with an HTML page/],
  ])('is refused where %s', async (_, reply, message) => {
    const { plan } = await ask(reply);
    expect(plan).toBeInstanceOf(CannotRun);
    expect(String(plan)).toMatch(message);
    expect(String(plan)).not.toContain('glsa_x');
  });
});

describe('a Tempo, a Prometheus and a Loki', () => {
  test('are asked where they are, and Alloy reaches them through a gateway', async () => {
    const plan = await choose({ ...lgtm, TEMPO_OTLP_URL: 'http://127.0.0.1:4318', BACKEND_TENANT: 't1' });
    const prometheus = { url: 'http://prometheus.example/prefix', user: 'me', password: 'p@x', tenant: 't1' };
    expect(plan).toMatchObject({ backend: 'lgtm', access: { prometheus }, gateway: { prometheus } });
    expect(plan.gateway?.traces).toBe('http://127.0.0.1:4318');
    expect(isOnLoopback(plan)).toBe(true);
  });

  test('have Tempo receive on the port that its configuration has, else on the standard one', async () => {
    const config =
      'GET /status/config\n---\ntarget: all\ndistributor:\n  receivers:\n    otlp:\n      protocols:\n        http:\n          endpoint: 0.0.0.0:44318\n';
    await using tempo = await startAnsweringServer(({ path }) =>
      path === '/status/config' ? { body: config, type: 'text/plain' } : undefined,
    );
    expect((await choose({ ...lgtm, TEMPO_URL: tempo.url })).gateway?.traces).toBe('http://127.0.0.1:44318');
    expect((await choose(lgtm)).gateway?.traces).toBe('http://127.0.0.1:4318');
  });

  test('are reached through a gateway also where a token or an ID is left over', async () => {
    const plan = await choose({ ...lgtm, GRAFANA_CLOUD_API_KEY: 'glc_x', GRAFANA_CLOUD_OTLP_INSTANCE_ID: '1' });
    expect(plan.gateway).toBeDefined();
  });

  test('are started by the run where none of them is named, whatever a `.env` has for Grafana Cloud', async () => {
    const ofCloud = completeCloudVariables({ GRAFANA_CLOUD_API_KEY: 'glc_w' }, 'https://otlp-gateway-x.grafana.net');
    for (const environment of [{}, ofCloud]) {
      expect(await choose({ ...environment, BACKEND: 'lgtm' })).toEqual({ backend: 'lgtm' });
    }
    expect((await choose({ ...ofCloud, ...lgtm })).gateway).toBeDefined();
    await expect(choose({ BACKEND: 'lgtm', TEMPO_URL: 'http://t' })).rejects.toThrow(
      'PROMETHEUS_URL, LOKI_URL are not set',
    );
  });

  test('are only asked where the variables say where Alloy writes', async () => {
    const { access, gateway } = await choose({ ...hosted, ...lgtm });
    expect(gateway).toBeUndefined();
    expect(access?.loki.url).toBe('http://127.0.0.1:3');
  });

  test('are asked for a stack that already runs too', async () => {
    const { backend, access } = await chooseExternalBackend(readSettings({ ...hosted, ...lgtm, STACK: 'external' }));
    expect(backend).toBe('lgtm');
    expect(access.tempo.url).toBe('http://127.0.0.1:1');
  });
});
