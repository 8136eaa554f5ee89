import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Received, type Reply, startAnsweringServer } from '../clients/testing/answering-server.ts';
import { describeProblem } from '../findings/cloud-problem-sentences.ts';
import { readSettings } from '../settings/settings.ts';
import { checkCloud } from './check-cloud.ts';
import type { CloudCheck } from './cloud-check.ts';
import { describeCheck } from './describe-check.ts';
import { exchange, type Question } from './exchange.ts';
import { locateServices } from './locate-services.ts';
import { listWrites } from './probes.ts';
import { answerAsHosted, checkAgainst, IDS, TOKEN, VECTOR, variables } from './testing/cloud-stack.ts';

const OTLP = 'GRAFANA_CLOUD_OTLP_ENDPOINT';
const PROMETHEUS = 'GRAFANA_CLOUD_PROMETHEUS_ENDPOINT';
const LOKI = 'GRAFANA_CLOUD_LOKI_ENDPOINT';
const TEMPO = 'GRAFANA_CLOUD_TEMPO_ENDPOINT';
const QUERY = {
  PROMETHEUS: 'GRAFANA_CLOUD_PROMETHEUS_QUERY_URL',
  LOKI: 'GRAFANA_CLOUD_LOKI_QUERY_URL',
  TEMPO: 'GRAFANA_CLOUD_TEMPO_QUERY_URL',
};
const explain = ({ problems }: Pick<CloudCheck, 'problems'>) => problems.map(describeProblem);
const refuse: Reply = { status: 401, body: 'Unauthorized' };

/** What is served below a path of its own, as a relay does. */
function below(prefix: string, reply: (request: Received) => Reply | undefined) {
  return (request: Received) =>
    request.path.startsWith(prefix) ? reply({ ...request, path: request.path.slice(prefix.length) }) : undefined;
}

/** A Tempo and a Prometheus of one's own: their query APIs alone, at the root, for any login. */
const bareTempo = ({ path }: Received): Reply | undefined =>
  path === '/api/search' ? { body: '{"traces":[]}' } : { status: 404, body: '404 page not found' };
const barePrometheus = ({ path }: Received): Reply | undefined =>
  path === '/api/v1/query' ? { body: VECTOR } : { status: 404, body: '404 page not found' };

/** One server for each of these paths of a stack; all others answer 404 there. */
async function startServers<const T extends readonly string[]>(...prefixes: T): Promise<Record<T[number], string>> {
  const servers = await Promise.all(
    prefixes.map((prefix) =>
      startAnsweringServer((request) => (request.path.startsWith(prefix) ? answerAsHosted(request) : undefined)),
    ),
  );
  onTestFinished(async () => void (await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))));
  return Object.fromEntries(servers.map(({ url }, index) => [prefixes[index], url])) as Record<T[number], string>;
}

async function checkWith(change: Record<string, string>): Promise<CloudCheck> {
  return await checkAgainst(answerAsHosted, change);
}

describe('an address is asked before it is judged', () => {
  test('a relay below a path of its own', async () => {
    await using relay = await startAnsweringServer(below('/gw', answerAsHosted));
    const { problems, results } = await checkCloud(readSettings(variables(`${relay.url}/gw`)));
    expect(problems).toEqual([]);
    expect(results.every(({ isGood }) => isGood)).toBe(true);
    const paths = relay.received.map(({ path }) => path);
    expect(paths.every((path) => path.startsWith('/gw/'))).toBe(true);
  });

  test.each([TEMPO, QUERY.TEMPO])('a Tempo at the root of its address, as %s', async (variable) => {
    await using tempo = await startAnsweringServer(bareTempo);
    for (const url of [tempo.url, `${tempo.url}/`]) expect((await checkWith({ [variable]: url })).problems).toEqual([]);
  });

  test('a Tempo whose address has a path that it does not have', async () => {
    await using tempo = await startAnsweringServer(bareTempo);
    expect(explain(await checkWith({ [TEMPO]: `${tempo.url}/tempo` }))).toEqual([
      {
        cause: `${tempo.url}/tempo/api/search answers 404: Tempo is not there, and answers at ${tempo.url}`,
        fix: `Set ${TEMPO} to ${tempo.url}`,
      },
    ]);
  });

  test.each([
    [OTLP, '/otlp/v1/traces', '/otlp', 'the OTLP gateway'],
    [PROMETHEUS, '/push', '/api/prom/push', 'Prometheus'],
    [LOKI, '/push', '/loki/api/v1/push', 'Loki'],
    [TEMPO, '/trace', '/tempo', 'Tempo'],
  ])(
    '%s=…%s, where the service answers at the usual path: told once, with that',
    async (variable, path, right, own) => {
      await using server = await startAnsweringServer(answerAsHosted);
      const check = await checkWith({ [variable]: server.url + path });
      expect(explain(check)).toEqual([
        {
          cause: expect.stringMatching(
            new RegExp(` answers 404: ${own} is not there, and answers at ${server.url}${right}$`),
          ),
          fix: `Set ${variable} to ${server.url}${right}`,
        },
      ]);
    },
  );

  test.each([
    [PROMETHEUS, '/api/prom', '/api/prom/push'],
    [LOKI, '', '/loki/api/v1/push'],
  ])('%s=…%s, where the query API is and writes are not taken', async (variable, path, right) => {
    await using server = await startAnsweringServer(answerAsHosted);
    expect(explain(await checkWith({ [variable]: server.url + path }))).toEqual([
      {
        cause: `${server.url}${path} answers 404: no writes are taken there, but at ${server.url}${right}`,
        fix: `Set ${variable} to ${server.url}${right}`,
      },
    ]);
  });

  test('what nobody serves is told as that, without a path to blame', async () => {
    await using nothing = await startAnsweringServer(() => undefined);
    for (const variable of [TEMPO, OTLP]) {
      const [text, ...others] = explain(await checkWith({ [variable]: nothing.url }));
      expect(others).toEqual([]);
      expect(text?.cause).toMatch(/answers 404: nothing serves this path$/);
      expect(text?.fix).toBe(`Correct the host, port and path in ${variable}`);
    }
  });

  test('a query URL without its service, while what follows from the endpoint is not there either', async () => {
    await using nothing = await startAnsweringServer(() => undefined);
    const texts = explain(await checkWith({ [TEMPO]: `${nothing.url}/x`, [QUERY.TEMPO]: `${nothing.url}/y` }));
    expect(texts.map(({ fix }) => fix)).toEqual([`Correct the host, port and path in ${QUERY.TEMPO}`]);
  });

  test('an endpoint that takes writes is right, wherever it is to be queried', async () => {
    await using server = await startAnsweringServer(({ path }) => {
      if (path === '/api/v1/write') return { status: 204 };
      return barePrometheus({ path } as Received);
    });
    expect(explain(await checkWith({ [PROMETHEUS]: `${server.url}/api/v1/write` }))).toEqual([
      {
        cause: `${server.url}/api/v1/write takes writes, and no query API is there: ${server.url}/api/v1/write/api/v1/query answers 404`,
        fix: `Set ${QUERY.PROMETHEUS} to ${server.url}`,
      },
    ]);
  });
});

describe('an endpoint that takes writes stays as it is where its query API does not answer', () => {
  const read = (service: string, reply: Reply) => (request: Received) =>
    (service === 'Loki' ? /labels$/ : /query$/).test(request.path) ? reply : answerAsHosted(request);
  const page: Reply = { body: '<html>', type: 'text/html' };
  const moved: Reply = { status: 302, headers: { location: '/login' } };

  test.each<[string, string, Reply]>([
    ['Loki', QUERY.LOKI, page],
    ['Loki', QUERY.LOKI, { body: '{"name":"somebody"}' }],
    ['Loki', QUERY.LOKI, moved],
    ['Prometheus', QUERY.PROMETHEUS, page],
    ['Prometheus', QUERY.PROMETHEUS, { body: '{"name":"somebody"}' }],
    ['Prometheus', QUERY.PROMETHEUS, moved],
  ])('%s: %s for a read that gets %j', async (service, variable, reply) => {
    const endpoint = variable.replace('_QUERY_URL', '_ENDPOINT');
    expect(explain(await checkAgainst(read(service, reply))).map(({ fix }) => fix)).toEqual([
      `Set ${variable} to the address of the query API of ${service}; ${endpoint} takes writes, and stays as it is`,
    ]);
  });

  test.each<[string, string, Reply]>([
    ['Loki', QUERY.LOKI, 'never'],
    ['Prometheus', QUERY.PROMETHEUS, 'never'],
    ['Prometheus', QUERY.PROMETHEUS, { status: 503 }],
    ['Loki', QUERY.LOKI, { status: 403, body: 'source IP address is not in the allow-list' }],
    ['Loki', QUERY.LOKI, { status: 407 }],
  ])('%s: %s, if it is elsewhere, for a read that gets %j', async (service, variable, reply) => {
    const endpoint = variable.replace('_QUERY_URL', '_ENDPOINT');
    const [text, ...others] = explain(await checkAgainst(read(service, reply)));
    expect(others).toEqual([]);
    const end = `if the query API of ${service} is elsewhere, set ${variable} to its address; ${endpoint} takes writes, and stays as it is`;
    const [before, after] = text?.fix.split(end) ?? [];
    expect(before).toMatch(/^Look at .*; $/);
    expect(before).not.toContain('GRAFANA_CLOUD_');
    expect(after).toBe('');
  });

  test('and is what to look at where it takes none', async () => {
    const [text] = explain(
      await checkAgainst((request) => (request.path.startsWith('/loki') ? page : answerAsHosted(request))),
    );
    expect(text?.fix).toBe(`Set ${LOKI} to the address of the service, not of the portal or of Grafana`);
  });

  test('beside another service, whose endpoint is to blame', async () => {
    const [text, ...others] = explain(
      await checkAgainst((request) => (/labels$|^\/otlp/.test(request.path) ? page : answerAsHosted(request))),
    );
    expect(others).toEqual([]);
    expect(text?.fix).toBe(
      `Set ${OTLP} to the address of the service, not of the portal or of Grafana; set ${QUERY.LOKI} to the address of the query API of Loki; ${LOKI} takes writes, and stays as it is`,
    );
  });
});

describe('what answers is told with its own words and the URL that was asked', () => {
  test('a Prometheus whose remote write is off', async () => {
    await using prometheus = await startAnsweringServer((request) =>
      request.path === '/api/v1/write'
        ? { status: 404, body: 'remote write receiver needs to be enabled', type: 'text/plain' }
        : barePrometheus(request),
    );
    expect(
      explain(await checkWith({ [PROMETHEUS]: `${prometheus.url}/api/v1/write` })).map(({ cause }) => cause),
    ).toEqual([
      `${prometheus.url}/api/v1/write answers 404: nothing serves this path; it answers "remote write receiver needs to be enabled"`,
    ]);
  });

  test('what takes traces over OTLP, and no more', async () => {
    await using tempo = await startAnsweringServer(({ path }) => (path === '/v1/traces' ? { body: '' } : undefined));
    expect(explain(await checkWith({ [OTLP]: tempo.url })).map(({ cause }) => cause)).toEqual([
      `${tempo.url}/v1/metrics and ${tempo.url}/v1/logs answer 404, and not as the service does: page not found`,
    ]);
  });

  test('a host of one’s own that hangs needs no proxy', async () => {
    await using server = await startAnsweringServer(() => 'never');
    const [text] = explain(await checkWith({ [TEMPO]: server.url }));
    expect(text?.fix).toBe(`Look at what listens there, and at ${TEMPO}`);
  });
});

describe('the address of another service', () => {
  test.each([
    [OTLP, PROMETHEUS, '/otlp', '/api/prom/push'],
    [OTLP, LOKI, '/otlp', '/loki/api/v1/push'],
    [PROMETHEUS, LOKI, '/api/prom/push', '/loki/api/v1/push'],
    [PROMETHEUS, TEMPO, '/api/prom/push', '/tempo'],
    [OTLP, TEMPO, '/otlp', '/tempo'],
  ])('%s and %s are swapped', async (one, other, path, otherPath) => {
    const urls = await startServers('/otlp', '/api/prom', '/loki', '/tempo');
    const find = (of: string) => Object.entries(urls).find(([prefix]) => of.startsWith(prefix))?.[1] ?? '';
    const [first, second] = [find(path) + path, find(otherPath) + otherPath];
    const check = await checkWith({ [one]: second, [other]: first });
    expect(check.problems).toEqual([{ kind: 'swapped', variables: [one, other] }]);
    const [text] = explain(check);
    expect(text?.cause).toMatch(
      /^GRAFANA_CLOUD_\{\w+,\w+\}_ENDPOINT are swapped: each is the address of the other's service$/,
    );
    expect(text?.fix).toMatch(/^Exchange the values of GRAFANA_CLOUD_/);
    expect((await checkWith({ [one]: first, [other]: second })).problems).toEqual([]);
  });

  test('also where one host has all of them', async () => {
    const { problems } = await checkWith({ [OTLP]: 'URL/api/prom/push', [PROMETHEUS]: 'URL/otlp' });
    expect(problems).toEqual([{ kind: 'swapped', variables: [OTLP, PROMETHEUS] }]);
  });

  test('with their IDs, which are those of the other as well', async () => {
    const urls = await startServers('/otlp', '/api/prom');
    const { problems } = await checkWith({
      [OTLP]: `${urls['/api/prom']}/api/prom/push`,
      [PROMETHEUS]: `${urls['/otlp']}/otlp`,
      GRAFANA_CLOUD_OTLP_INSTANCE_ID: IDS.prometheus,
      GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID: IDS.otlp,
    });
    expect(problems).toEqual([
      {
        kind: 'swapped',
        variables: [OTLP, PROMETHEUS],
        ids: ['GRAFANA_CLOUD_OTLP_INSTANCE_ID', 'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID'],
      },
    ]);
    expect(problems.map(describeProblem)).toEqual([
      {
        cause:
          "GRAFANA_CLOUD_{OTLP,PROMETHEUS}_ENDPOINT are swapped: each is the address of the other's service; so are GRAFANA_CLOUD_{OTLP,PROMETHEUS}_INSTANCE_ID",
        fix: 'Exchange the values of GRAFANA_CLOUD_{OTLP,PROMETHEUS}_ENDPOINT, and those of GRAFANA_CLOUD_{OTLP,PROMETHEUS}_INSTANCE_ID',
      },
    ]);
  });

  test('query URLs that are swapped', async () => {
    const { problems } = await checkWith({ [QUERY.PROMETHEUS]: 'URL/tempo', [QUERY.TEMPO]: 'URL/api/prom' });
    expect(problems).toEqual([{ kind: 'swapped', variables: [QUERY.PROMETHEUS, QUERY.TEMPO] }]);
  });

  test.each([TEMPO, QUERY.TEMPO, QUERY.LOKI])(
    '%s is that of a Prometheus that is nowhere else configured',
    async (variable) => {
      await using prometheus = await startAnsweringServer(barePrometheus);
      const [text, ...others] = explain(await checkWith({ [variable]: prometheus.url }));
      expect(others).toEqual([]);
      expect(text?.cause).toMatch(`${variable} is ${prometheus.url}, which is the address of Prometheus, not of `);
    },
  );

  test('a login that is refused by a server that takes anything elsewhere is not another service', async () => {
    const { problems } = await checkAgainst((request) => answerAsHosted(request) ?? {}, {
      GRAFANA_CLOUD_LOKI_INSTANCE_ID: '999',
    });
    expect(problems.map(({ kind }) => kind)).toEqual(['refused ID']);
  });

  test("Loki's answer to remote write", async () => {
    const { problems } = await checkAgainst((request) =>
      request.path.endsWith('/prom/push')
        ? { status: 422, body: 'error at least one valid stream is required' }
        : answerAsHosted(request),
    );
    expect(problems).toEqual([expect.objectContaining({ variable: PROMETHEUS, owner: 'LOKI' })]);
  });

  test('one endpoint is that of another, whose own is right', async () => {
    const { '/api/prom': prometheus } = await startServers('/api/prom');
    expect(explain(await checkWith({ [OTLP]: `${prometheus}/api/prom/push` }))).toEqual([
      {
        cause: `${OTLP} is ${prometheus}/api/prom/push, which is the address of Prometheus, not of the OTLP gateway`,
        fix: `Correct the host, port and path in ${OTLP}`,
      },
    ]);
  });
});

describe('an address with a query string or a fragment is not asked', () => {
  test.each([
    ['?x=canary', 'query string'],
    ['?', 'query string'],
    ['#canary', 'fragment'],
  ])('an endpoint that ends with %s', async (end, what) => {
    for (const [variable, path] of [
      [OTLP, '/otlp'],
      [PROMETHEUS, '/api/prom/push'],
      [LOKI, '/loki/api/v1/push'],
      [TEMPO, '/tempo'],
    ] as const) {
      const check = await checkWith({ [variable]: `URL${path}${end}` });
      expect(check.problems).toEqual([
        expect.objectContaining({
          kind: 'variable',
          variable,
          message: `${variable} has a ${what}: leave it out of the URL`,
        }),
      ]);
    }
  });
});

describe('an answer is told once, with a fix that fits it', () => {
  test.each([307, 301])('a redirect to https of all that one variable leads to, with %i', async (status) => {
    const [text, ...others] = explain(
      await checkAgainst((request) =>
        request.path.includes('/prom/')
          ? { status, headers: { location: `https://new.example${request.path}?key=secret` } }
          : answerAsHosted(request),
      ),
    );
    expect(others).toEqual([]);
    expect(text?.cause).toMatch(/a redirect to https:\/\/new\.example, which no sender follows$/);
    expect(text?.fix).toMatch(`Set ${PROMETHEUS} to the final address, with https://`);
  });

  test('a query URL that redirects, while what follows from the endpoint answers', async () => {
    await using website = await startAnsweringServer(() => ({ status: 302, headers: { location: '/login' } }));
    const texts = explain(await checkWith({ [QUERY.PROMETHEUS]: website.url }));
    expect(texts).toEqual([
      {
        cause: expect.stringMatching(/ answers 302, and not as Prometheus does, which answers at .*\/api\/prom$/),
        fix: expect.stringMatching(`^Unset ${QUERY.PROMETHEUS}`),
      },
    ]);
  });

  test('a relative redirect, over plain HTTP', async () => {
    const [text, ...others] = explain(
      await checkAgainst((request) =>
        request.path.includes('/prom/')
          ? { status: 307, headers: { location: `/new${request.path}` } }
          : answerAsHosted(request),
      ),
    );
    expect(others).toEqual([]);
    expect(text?.cause).toMatch(/a redirect to http:\/\/127\.0\.0\.1:\d+, which no sender follows$/);
    expect(text?.fix).toBe(
      `Set ${PROMETHEUS} to the final address; if that is a login page, a proxy or another program answers there`,
    );
  });

  test('what answers behind a Grafana is a matter of its data sources', async () => {
    const sources = ['prometheus', 'loki', 'tempo'].map((type) => ({ uid: type, type, name: type }));
    for (const answer of [undefined, { body: '<html>', type: 'text/html' }]) {
      const texts = explain(
        await checkAgainst(
          (request) => {
            if (request.path === '/api/datasources') return { body: JSON.stringify(sources) };
            return request.path.startsWith('/api/datasources/') ? answer : answerAsHosted(request);
          },
          { GRAFANA_URL: 'URL', GRAFANA_SERVICE_ACCOUNT_TOKEN: 'glsa_abc' },
        ),
      );
      expect(texts.map(({ fix }) => fix)).toEqual([expect.stringMatching(/^Test the data sources in Grafana/)]);
    }
  });

  test('a fault of a service of one’s own is not on the status page of Grafana Cloud', async () => {
    const own = explain(
      await checkAgainst((request) => (request.path.startsWith('/otlp') ? { status: 503 } : answerAsHosted(request))),
    );
    expect(own.map(({ fix }) => fix)).toEqual([expect.stringMatching(/^Look at what answers there/)]);
  });

  test.each([
    [403, /Have the proxy allow CONNECT to it/],
    [405, /Have the proxy allow CONNECT to it/],
    [502, /Check that the proxy that HTTPS_PROXY names can reach stack\.grafana\.example/],
    [503, /Check that the proxy that HTTPS_PROXY names can reach stack\.grafana\.example/],
    [504, /Check that the proxy that HTTPS_PROXY names can reach stack\.grafana\.example/],
    [404, /Check that HTTPS_PROXY is the address of a proxy/],
  ])('a proxy that answers CONNECT with %i', async (status, fix) => {
    const proxy = createServer();
    proxy.on('connect', (_, socket) => socket.end(`HTTP/1.1 ${status} No\r\n\r\n`));
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    onTestFinished(() => void proxy.close());
    const { port } = proxy.address() as AddressInfo;
    const settings = { ...variables('https://stack.grafana.example'), HTTPS_PROXY: `http://127.0.0.1:${port}` };
    const texts = explain(await checkCloud(readSettings(settings)));
    expect(texts).toEqual([{ cause: expect.stringContaining(` answers ${status}`), fix: expect.stringMatching(fix) }]);
  });

  test.each([401, 403])('a %i about a scope at a query URL that is not that of the service', async (status) => {
    const check = await checkAgainst(
      (request) =>
        request.path.startsWith('/other')
          ? { status, body: '{"status":"error","error":"invalid scope requested"}' }
          : answerAsHosted(request),
      { [QUERY.TEMPO]: 'URL/other' },
    );
    const [text, ...others] = explain(check);
    expect(others).toEqual([]);
    expect(text?.cause).toMatch(/which does not take the login that Tempo takes at http/);
    expect(text?.fix).toMatch(`Unset ${QUERY.TEMPO}`);
  });

  test('but where what follows from the endpoint says so too, it is the scope', async () => {
    const { problems } = await checkAgainst(
      (request) =>
        /^\/other|^\/tempo/.test(request.path)
          ? { status: 401, body: '{"status":"error","error":"invalid scope requested"}' }
          : answerAsHosted(request),
      { [QUERY.TEMPO]: 'URL/other' },
    );
    expect(problems).toEqual([{ kind: 'missing scope', variable: 'GRAFANA_CLOUD_API_KEY', scopes: ['traces:read'] }]);
  });
});

test('an address that was corrected shows in the table as not right yet', async () => {
  const check = await checkWith({ [LOKI]: 'URL/loki/push', GRAFANA_CLOUD_LOKI_INSTANCE_ID: IDS.loki });
  expect(describeCheck(check).filter(({ what }) => what.startsWith('Loki'))).toEqual([
    { what: 'Loki, logs:write', state: 'missing', found: expect.stringContaining('accepted at the right address') },
    { what: 'Loki, logs:read', state: 'missing', found: expect.stringContaining('accepted at the right address') },
  ]);
});

test('two faults at one service are told at once: a query URL that is that of another, and its ID', async () => {
  const { problems } = await checkAgainst((request) => answerAsHosted(request) ?? refuse, {
    [QUERY.TEMPO]: 'URL',
    GRAFANA_CLOUD_TEMPO_INSTANCE_ID: '999',
  });
  expect(problems).toEqual([
    expect.objectContaining({ kind: 'wrong address', variable: QUERY.TEMPO, owner: 'LOKI' }),
    expect.objectContaining({
      kind: 'refused ID',
      variable: 'GRAFANA_CLOUD_TEMPO_INSTANCE_ID',
      endpoint: TEMPO,
    }),
  ]);
});

describe("at Grafana Cloud's own hosts, which refuse a login whatever the path", () => {
  const HOSTED = 'https://logs-prod-012.grafana.net';
  const locate = async (endpoint: string, id: string) => {
    await using server = await startAnsweringServer((request) => {
      if (request.login !== `${IDS.loki}:${TOKEN}`) return refuse;
      return request.path.startsWith('/loki/') ? answerAsHosted(request) : undefined;
    });
    const settings = readSettings({ ...variables(HOSTED), [LOKI]: endpoint, GRAFANA_CLOUD_LOKI_INSTANCE_ID: id });
    // These hosts are not asked here, but a server that answers as they do.
    const ask = async ({ url, ...question }: Question) =>
      await exchange({ ...question, url: url.replace(HOSTED, server.url) }, 1000);
    const probes = listWrites(settings.cloud).filter(({ service }) => service === 'LOKI');
    const results = await Promise.all(
      probes.map(async (probe) => ({ probe, exchange: await ask(probe.ask()), isGood: false })),
    );
    return (await locateServices(results, settings, ask)).map(({ misplaced }) => misplaced?.right);
  };

  test('a wrong path is known beside a refused login', async () => {
    expect(await locate(`${HOSTED}/loki/push`, '999')).toEqual([`${HOSTED}/loki/api/v1/push`]);
    expect(await locate(`${HOSTED}/loki/push`, IDS.loki)).toEqual([`${HOSTED}/loki/api/v1/push`]);
  });

  test('and not where the path is right', async () => {
    expect(await locate(`${HOSTED}/loki/api/v1/push`, '999')).toEqual([undefined]);
  });
});

test('two faults at one service are told at once: its path, and its login', async () => {
  const check = await checkAgainst(
    (request) => (request.path.startsWith('/loki/api') ? refuse : answerAsHosted(request)),
    { [LOKI]: 'URL/loki/push' },
  );
  expect(check.problems.map(({ kind }) => kind)).toEqual(['wrong address', 'refused ID']);
});
