import { describe, expect, test } from 'vitest';
import { type Received, type Reply, startAnsweringServer } from '../../clients/testing/answering-server.ts';
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
  PROMETHEUS_URL: 'http://127.0.0.1:2',
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

/** What each service answers below its URL: to the smallest question, and to empty writes. */
const ANSWERS = {
  tempo: { '/api/search': '{"traces":[]}' },
  prometheus: {
    '/api/v1/query': '{"status":"success","data":{"resultType":"vector","result":[]}}',
    '/api/v1/write': '',
    '/api/v1/otlp/v1/metrics': '',
  },
  loki: { '/loki/api/v1/labels': '{"status":"success"}', '/loki/api/v1/push': '', '/otlp/v1/logs': '' },
  receiver: { '/v1/traces': '' },
} as const;

type Answering = (received: Received) => Reply | undefined;

function answerAs(service: keyof typeof ANSWERS, prefix = ''): Answering {
  const answers: Readonly<Record<string, string>> = ANSWERS[service];
  return ({ path }) => {
    const body = path.startsWith(prefix) ? answers[path.slice(prefix.length)] : undefined;
    return body === undefined ? undefined : { body };
  };
}

describe('a Tempo, a Prometheus and a Loki', () => {
  const others = [answerAs('tempo'), answerAs('prometheus', '/prefix'), answerAs('loki'), answerAs('receiver')];
  /** All three at one server, which receives OTLP as well, and the first of which answers with `reply`. */
  async function withServices<T>(
    use: (environment: typeof lgtm & { TEMPO_OTLP_URL: string }) => Promise<T>,
    reply: Answering = answerAs('tempo'),
  ): Promise<T> {
    await using other = await startAnsweringServer((received) =>
      others.map((answer) => answer(received)).find(Boolean),
    );
    await using tempo = await startAnsweringServer(reply);
    return await use({
      BACKEND: 'lgtm',
      TEMPO_URL: tempo.url,
      PROMETHEUS_URL: `${other.url.replace('//', '//me:p%40x@')}/prefix/`,
      LOKI_URL: other.url,
      TEMPO_OTLP_URL: other.url,
    });
  }

  test('are asked where they are, and Alloy reaches them through a gateway', async () => {
    await withServices(async (environment) => {
      const plan = await choose({ ...environment, BACKEND_TENANT: 't1' });
      const url = `${environment.LOKI_URL}/prefix`;
      const prometheus = { url, user: 'me', password: 'p@x', tenant: 't1' };
      expect(plan).toMatchObject({ backend: 'lgtm', access: { prometheus }, gateway: { prometheus } });
      expect(plan.gateway?.traces).toBe(environment.TEMPO_OTLP_URL);
      expect(isOnLoopback(plan)).toBe(true);
    });
  });

  test('are reached through a gateway also where a token or an ID is left over', async () => {
    await withServices(async (environment) => {
      const left = { GRAFANA_CLOUD_API_KEY: 'glc_x', GRAFANA_CLOUD_OTLP_INSTANCE_ID: '1' };
      expect((await choose({ ...environment, ...left })).gateway).toBeDefined();
    });
  });

  test('are started by the run where none of them is named, whatever a `.env` has for Grafana Cloud', async () => {
    const ofCloud = completeCloudVariables({ GRAFANA_CLOUD_API_KEY: 'glc_w' }, 'https://otlp-gateway-x.grafana.net');
    for (const environment of [{}, ofCloud]) {
      expect(await choose({ ...environment, BACKEND: 'lgtm' })).toEqual({ backend: 'lgtm' });
    }
    await withServices(async (named) => {
      expect((await choose({ ...ofCloud, ...named })).gateway).toBeDefined();
    });
    await expect(choose({ BACKEND: 'lgtm', TEMPO_URL: 'http://t' })).rejects.toThrow(
      'PROMETHEUS_URL, LOKI_URL are not set',
    );
  });

  test('are only asked where the variables say where Alloy writes', async () => {
    await withServices(async (environment) => {
      const { access, gateway } = await choose({ ...hosted, ...environment });
      expect(gateway).toBeUndefined();
      expect(access?.loki.url).toBe(environment.LOKI_URL);
    });
  });

  test('are asked for a stack that already runs too', async () => {
    const { backend, access } = await chooseExternalBackend(readSettings({ ...hosted, ...lgtm, STACK: 'external' }));
    expect(backend).toBe('lgtm');
    expect(access.tempo.url).toBe('http://127.0.0.1:1');
  });

  const NOBODY = 'http://127.0.0.1:1';
  test.each<[string, Environment]>([
    ['Tempo', { TEMPO_URL: NOBODY }],
    ['Prometheus', { PROMETHEUS_URL: NOBODY }],
    ['Loki', { LOKI_URL: NOBODY }],
    ['the receiver of Tempo', { TEMPO_OTLP_URL: NOBODY }],
    ['Loki, where the variables say where Alloy writes', { ...hosted, LOKI_URL: NOBODY }],
  ])('are refused where nothing listens at %s, before a stack starts', async (_, wrong) => {
    const [variable] = Object.entries(wrong).find(([, value]) => value === NOBODY) ?? [];
    await withServices(async (environment) => {
      const error = await choose({ ...environment, ...wrong }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(CannotRun);
      expect(String(error)).toContain(`no answer at ${NOBODY} (${variable}): connect ECONNREFUSED`);
      expect((error as CannotRun).fix).toContain(variable);
    });
  });

  test.each(['TEMPO_URL', 'TEMPO_OTLP_URL'] as const)(
    'are refused where %s resets connections, in words that say so and without the login',
    async (variable) => {
      const error = await withServices(
        async ({ TEMPO_URL, ...environment }) =>
          await choose({
            ...environment,
            TEMPO_URL: environment.LOKI_URL,
            [variable]: TEMPO_URL.replace('//', '//me:secret@'),
          }).catch((thrown: unknown) => thrown),
        () => 'reset',
      );
      expect(error).toBeInstanceOf(CannotRun);
      expect(String(error)).toMatch(
        new RegExp(
          String.raw`no answer at http://127\.0\.0\.1:\d+ \(${variable}\): the connection was closed before .* \(.*ECONNRESET`,
        ),
      );
      expect(String(error)).not.toContain('secret');
    },
  );

  test('are refused where Tempo does not say where it receives, instead of sending to a port that may be of another', async () => {
    await withServices(
      async ({ TEMPO_OTLP_URL: _, ...environment }) => {
        await expect(choose(environment)).rejects.toThrow(/^Tempo does not say where it receives OTLP: .*ECONNRESET/);
      },
      (received) => (received.path === '/status/config' ? 'reset' : answerAs('tempo')(received)),
    );
  });

  test('start although one of them is not ready, or wants a login: that is for the criteria to say', async () => {
    for (const status of [401, 503]) {
      await withServices(
        async (environment) => expect((await choose(environment)).gateway).toBeDefined(),
        () => ({ status, body: 'no' }),
      );
    }
  });
});

describe('a variable that leads to something else than its service', () => {
  type Servers = Readonly<Record<keyof typeof ANSWERS, string>>;

  /** Four servers, as the services are where none is changed, and how a run with these variables is refused. */
  async function refuse(
    wrong: (at: Servers) => Environment,
    changed: Partial<Record<keyof typeof ANSWERS, Answering>> = {},
  ): Promise<{ readonly at: Servers; readonly message: string; readonly fix: string }> {
    const serve = async (name: keyof typeof ANSWERS) => await startAnsweringServer(changed[name] ?? answerAs(name));
    await using tempo = await serve('tempo');
    await using prometheus = await serve('prometheus');
    await using loki = await serve('loki');
    await using receiver = await serve('receiver');
    const at = { tempo: tempo.url, prometheus: prometheus.url, loki: loki.url, receiver: receiver.url };
    const right = { BACKEND: 'lgtm', TEMPO_URL: at.tempo, PROMETHEUS_URL: at.prometheus, LOKI_URL: at.loki };
    const environment = { ...right, TEMPO_OTLP_URL: at.receiver, ...wrong(at) };
    const error = await choose(environment).then(
      () => new CannotRun('', ''),
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(CannotRun);
    const { message, fix } = error as CannotRun;
    return { at, message, fix };
  }

  test.each([
    ['LOKI_URL', 'loki', '/loki', 'Loki'],
    ['LOKI_URL', 'loki', '/loki/api/v1/push', 'Loki'],
    ['PROMETHEUS_URL', 'prometheus', '/api/v1/write', 'Prometheus'],
    ['TEMPO_URL', 'tempo', '/api/search', 'Tempo'],
  ] as const)('is named with what is too much: %s of %s with %s', async (variable, service, path, title) => {
    const { at, message, fix } = await refuse((urls) => ({ [variable]: `${urls[service]}${path}/` }));
    const url = at[service];
    expect(message).toBe(`${variable}: no ${title} answers at ${url}${path}; it does at ${url}.`);
    expect(fix).toBe(`leave ${path} out of ${variable}.`);
  });

  test('is named with the part that is too much, where a part of the path is right', async () => {
    const { at, message, fix } = await refuse(
      ({ prometheus }) => ({ PROMETHEUS_URL: `${prometheus.replace('//', '//me:secret@')}/a/b/api/v1` }),
      { prometheus: answerAs('prometheus', '/a/b') },
    );
    expect(message).toBe(
      `PROMETHEUS_URL: no Prometheus answers at ${at.prometheus}/a/b/api/v1; it does at ${at.prometheus}/a/b.`,
    );
    expect(fix).toBe('leave /api/v1 out of PROMETHEUS_URL.');
  });

  test.each([
    ['TEMPO_URL', 'Tempo', 'loki', 'Loki'],
    ['TEMPO_URL', 'Tempo', 'prometheus', 'Prometheus'],
    ['LOKI_URL', 'Loki', 'tempo', 'Tempo'],
    ['PROMETHEUS_URL', 'Prometheus', 'loki', 'Loki'],
  ] as const)(
    'is named with what answers instead: %s, no %s, with the URL of %s',
    async (variable, title, other, found) => {
      for (const path of ['', '/loki/']) {
        const { at, message, fix } = await refuse((urls) => ({ [variable]: urls[other] + path, TEMPO_OTLP_URL: '' }));
        expect(message).toBe(`${variable} is no ${title}: ${found} answers queries at ${at[other]}.`);
        expect(fix).toBe(`set ${variable} to where ${title} answers.`);
      }
    },
  );

  test('are named together, where two are mixed up', async () => {
    const { message } = await refuse(({ tempo, loki }) => ({ TEMPO_URL: loki, LOKI_URL: tempo }));
    expect(message).toMatch(/^TEMPO_URL is no Tempo: Loki .*; LOKI_URL is no Loki: Tempo /);
  });

  test('is named with the answer, where it is none of them, without the login', async () => {
    const { at, message } = await refuse(({ tempo }) => ({ TEMPO_URL: tempo.replace('//', '//me:secret-password@') }), {
      tempo: () => ({ body: '{"of":"another",\n"saw":"secret-password"}' }),
    });
    expect(message).toMatch(`TEMPO_URL: no Tempo answers at ${at.tempo}: GET /api/search gets 200 ({"of":"another", `);
    expect(message).not.toContain('secret-password');
  });

  test('is named with both, where Prometheus takes no writes', async () => {
    const words = 'needs to be enabled with --web.enable';
    const { at, message, fix } = await refuse(() => ({}), {
      prometheus: (received) =>
        /write|otlp/.test(received.path)
          ? { status: 404, body: `x ${words}-x\n`, type: 'text/plain' }
          : answerAs('prometheus')(received),
    });
    expect(message).toBe(
      `PROMETHEUS_URL: not all that Alloy writes is taken at ${at.prometheus}: ` +
        `POST /api/v1/otlp/v1/metrics gets 404 (x ${words}-x), POST /api/v1/write gets 404 (x ${words}-x).`,
    );
    expect(fix).toMatch(/--web\.enable-remote-write-receiver and --web\.enable-otlp-receiver/);
  });

  test('is named where Loki takes no OTLP', async () => {
    const { message, fix } = await refuse(() => ({}), {
      loki: (received) => (received.path === '/otlp/v1/logs' ? undefined : answerAs('loki')(received)),
    });
    expect(message).toMatch(/^LOKI_URL: .*: POST \/otlp\/v1\/logs gets 404 \(page not found\)\.$/);
    expect(fix).toMatch(/set LOKI_URL to a Loki 3/);
  });

  test('is named with what to leave out, where the receiver of Tempo has its path', async () => {
    const { at, message, fix } = await refuse(({ receiver }) => ({ TEMPO_OTLP_URL: `${receiver}/v1/traces` }));
    expect(message).toBe(
      `TEMPO_OTLP_URL: no OTLP receiver answers at ${at.receiver}/v1/traces; one does at ${at.receiver}.`,
    );
    expect(fix).toBe('leave /v1/traces out of TEMPO_OTLP_URL: /v1/traces is put behind it.');
  });

  test('is named where the receiver of Tempo is its query API', async () => {
    const { at, message } = await refuse(({ tempo }) => ({ TEMPO_OTLP_URL: tempo }));
    expect(message).toBe(
      `no OTLP receiver answers at ${at.tempo} (TEMPO_OTLP_URL): Tempo answers queries at ${at.tempo}.`,
    );
  });

  test('is TEMPO_URL, where the receiver is silent that it leads to', async () => {
    const page = 'distributor: {receivers: {otlp: {protocols: {http: {endpoint: "0.0.0.0:1"}}}}}';
    const { message, fix } = await refuse(() => ({ TEMPO_OTLP_URL: '' }), {
      tempo: (received) =>
        received.path === '/status/config' ? { body: page, type: 'text/plain' } : answerAs('tempo')(received),
    });
    expect(message).toMatch(
      'no answer at http://127.0.0.1:1 (where TEMPO_URL leads to, as TEMPO_OTLP_URL is not set): connect ECONNREFUSED',
    );
    expect(fix).toContain('TEMPO_OTLP_URL');
  });

  test('is left to the run where a page answers, which may be a login or a notice', async () => {
    for (const status of [200, 404]) {
      const page: Answering = () => ({ status, body: '<!doctype html>', type: 'text/html' });
      const { message } = await refuse(() => ({}), { tempo: page, prometheus: page, loki: page, receiver: page });
      expect(message).toBe('');
    }
  });
});
