import { describe, expect, test } from 'vitest';
import type { Received, Reply } from '../clients/testing/answering-server.ts';
import { INSTANCE } from '../clients/testing/sample-stack.ts';
import { describeProblem } from '../findings/cloud-problem-sentences.ts';
import type { CloudCheck } from './cloud-check.ts';
import { describeCheck } from './describe-check.ts';
import { answerAsHosted, checkAgainst, checkWithApi, IDS, TOKEN, token, VECTOR } from './testing/cloud-stack.ts';

const KEY = 'GRAFANA_CLOUD_API_KEY';
const US = token({ o: '1', n: 'other', k: 'k', m: { r: 'us' } });
const refuse: Reply = { status: 401, body: 'Unauthorized' };
const kinds = ({ problems }: { problems: readonly { kind: string }[] }) => problems.map(({ kind }) => kind);

/** The endpoints of a stack in a region, which are reached through a proxy only. */
function endpointsIn(region: string, domain = 'grafana.internal'): Record<string, string> {
  return {
    GRAFANA_CLOUD_OTLP_ENDPOINT: `http://otlp-gateway-prod-${region}.${domain}/otlp`,
    GRAFANA_CLOUD_PROMETHEUS_ENDPOINT: `http://prometheus-prod-01-${region}.${domain}/api/prom/push`,
    GRAFANA_CLOUD_LOKI_ENDPOINT: `http://logs-prod-012.${domain}/loki/api/v1/push`,
    GRAFANA_CLOUD_TEMPO_ENDPOINT: `http://tempo-prod-01-${region}.${domain}/tempo`,
  };
}

/** The same stack, as Grafana Cloud's API has it. */
const RECORD = {
  ...INSTANCE,
  hmInstancePromUrl: 'http://prometheus-prod-01-eu-west-0.grafana.internal',
  hlInstanceUrl: 'http://logs-prod-012.grafana.internal',
  htInstanceUrl: 'http://tempo-prod-01-eu-west-0.grafana.internal',
};
const api: Reply = { body: JSON.stringify(RECORD) };
const sources = ['prometheus', 'loki', 'tempo'].map((type) => ({ uid: `grafanacloud-${type}`, type, name: type }));
const behindProxy = { ...endpointsIn('eu-west-0'), HTTP_PROXY: 'http://127.0.0.1:PORT' };

describe('two faults at one service are told at once', () => {
  test('a wrong path and a wrong ID', async () => {
    const { problems } = await checkAgainst(answerAsHosted, {
      GRAFANA_CLOUD_LOKI_ENDPOINT: 'URL/loki/push',
      GRAFANA_CLOUD_LOKI_INSTANCE_ID: '999',
    });
    expect(problems).toEqual([
      expect.objectContaining({ kind: 'wrong address', variable: 'GRAFANA_CLOUD_LOKI_ENDPOINT' }),
      expect.objectContaining({ kind: 'refused ID', variable: 'GRAFANA_CLOUD_LOKI_INSTANCE_ID' }),
    ]);
  });

  test('a wrong path and the ID of another service', async () => {
    const { problems } = await checkAgainst(answerAsHosted, {
      GRAFANA_CLOUD_OTLP_ENDPOINT: 'URL/otlp/v1/traces',
      GRAFANA_CLOUD_OTLP_INSTANCE_ID: IDS.prometheus,
    });
    expect(kinds({ problems })).toEqual(['wrong address', "another service's ID"]);
  });

  test('a wrong path alone is not told as more', async () => {
    const check = await checkAgainst(answerAsHosted, { GRAFANA_CLOUD_OTLP_ENDPOINT: 'URL/otlp/v1/traces' });
    expect(kinds(check)).toEqual(['wrong address']);
    expect(describeCheck(check)).toContainEqual(
      expect.objectContaining({ what: 'OTLP gateway, traces:write', state: 'missing' }),
    );
  });

  test('the ID of another service, and a host that nobody knows', async () => {
    const check = await checkAgainst(answerAsHosted, {
      GRAFANA_CLOUD_OTLP_ENDPOINT: 'https://otlp.invalid/otlp',
      GRAFANA_CLOUD_OTLP_INSTANCE_ID: IDS.prometheus,
    });
    expect(kinds(check).sort()).toEqual(["another service's ID", 'no answer']);
  });

  test('another region and the ID of another service, by what other services accept', async () => {
    const { problems } = await checkAgainst(refuseIn('us-east-0'), {
      ...endpointsIn('eu-west-0'),
      GRAFANA_CLOUD_OTLP_ENDPOINT: 'http://otlp-gateway-prod-us-east-0.grafana.internal/otlp',
      GRAFANA_CLOUD_OTLP_INSTANCE_ID: IDS.prometheus,
      HTTP_PROXY: 'URL',
    });
    expect(kinds({ problems }).sort()).toEqual(["another service's ID", 'wrong region']);
  });

  test('another region and a wrong ID, where the stack can be asked', async () => {
    const { problems } = await checkWithApi(
      {
        ...behindProxy,
        GRAFANA_CLOUD_TEMPO_ENDPOINT: 'http://tempo-prod-01-us-east-0.grafana.internal/tempo',
        GRAFANA_CLOUD_TEMPO_INSTANCE_ID: '999',
      },
      { api },
    );
    expect(problems).toEqual([
      { kind: "not the stack's ID", variable: 'GRAFANA_CLOUD_TEMPO_INSTANCE_ID', id: '999', expected: IDS.tempo },
      expect.objectContaining({
        kind: 'wrong region',
        variable: 'GRAFANA_CLOUD_TEMPO_ENDPOINT',
        endpoint: 'http://tempo-prod-01-eu-west-0.grafana.internal/tempo',
      }),
    ]);
  });

  test('a wrong path is told with the whole address, where the stack can be asked', async () => {
    const { problems } = await checkWithApi(
      { ...behindProxy, GRAFANA_CLOUD_LOKI_ENDPOINT: 'http://logs-prod-012.grafana.internal/loki' },
      { api },
    );
    expect(problems.map(describeProblem).map(({ fix }) => fix)).toEqual([
      'Set GRAFANA_CLOUD_LOKI_ENDPOINT to http://logs-prod-012.grafana.internal/loki/api/v1/push',
    ]);
  });
});

describe('what can’t be told apart is told together', () => {
  test('an ID that one service refuses: it may be its address', async () => {
    const { problems } = await checkAgainst(answerAsHosted, { GRAFANA_CLOUD_LOKI_INSTANCE_ID: '999' });
    const [text, ...others] = problems.map(describeProblem);
    expect(others).toEqual([]);
    expect(text?.cause).toMatch(/^Loki refuses GRAFANA_CLOUD_LOKI_INSTANCE_ID 999, .* or GRAFANA_CLOUD_LOKI_ENDPOINT /);
    expect(text?.fix).toMatch(/^Compare both with what Grafana Cloud shows under your stack > Loki > Details/);
  });

  test('but not at a gateway in the region of the services that accept the token', async () => {
    const { problems } = await checkAgainst(answerAsHosted, {
      ...endpointsIn('eu-west-0'),
      GRAFANA_CLOUD_OTLP_INSTANCE_ID: '999',
      HTTP_PROXY: 'URL',
    });
    expect(problems).toEqual([
      { kind: 'refused ID', variable: 'GRAFANA_CLOUD_OTLP_INSTANCE_ID', id: '999', scopes: [] },
    ]);
  });

  test('a gateway that alone takes neither: the scopes as well, unless another service has proven one', async () => {
    const only = (pattern: RegExp) => (request: Received) =>
      pattern.test(request.path) ? answerAsHosted(request) : refuse;
    const { problems } = await checkAgainst(only(/^\/api\/prom\/api|^\/loki\/api\/v1\/labels/), {});
    // Prometheus and Loki take the ID and the token to read with, so they lack the scopes.
    expect(problems).toContainEqual(
      expect.objectContaining({ kind: 'missing scope', scopes: ['metrics:write', 'logs:write'] }),
    );
    expect(problems).toContainEqual(
      expect.objectContaining({ kind: 'refused ID', scopes: ['traces:write', 'metrics:write', 'logs:write'] }),
    );
  });

  test('a gateway that refuses, while no other service answers: the token or the ID', async () => {
    const { problems } = await checkAgainst((request) => (request.path.startsWith('/otlp') ? refuse : { status: 503 }));
    const [, text] = problems.map(describeProblem);
    expect(problems).toContainEqual({
      kind: "wrong token or another stack's IDs",
      variable: KEY,
      ids: ['GRAFANA_CLOUD_OTLP_INSTANCE_ID'],
    });
    expect(text?.cause).toMatch(/^the OTLP gateway refuses GRAFANA_CLOUD_API_KEY with GRAFANA_CLOUD_OTLP_INSTANCE_ID/);
  });

  test('a token of one region with endpoints that are all in another: the token first', async () => {
    const { problems } = await checkAgainst(() => refuse, {
      ...endpointsIn('eu-west-0'),
      [KEY]: US,
      HTTP_PROXY: 'URL',
    });
    expect(problems).toEqual([
      {
        kind: 'token of another region',
        variable: KEY,
        region: 'us',
        expected: 'eu-west-0',
        endpoints: ['GRAFANA_CLOUD_OTLP_ENDPOINT', 'GRAFANA_CLOUD_PROMETHEUS_ENDPOINT', 'GRAFANA_CLOUD_TEMPO_ENDPOINT'],
      },
    ]);
    expect(problems.map(describeProblem)[0]?.cause).toMatch(/another stack's token, unless 3 endpoints are wrong$/);
  });

  test('a token of one region with one endpoint whose region shows: one of the two', async () => {
    const { problems } = await checkAgainst(() => refuse, {
      GRAFANA_CLOUD_OTLP_ENDPOINT: endpointsIn('eu-west-0').GRAFANA_CLOUD_OTLP_ENDPOINT ?? '',
      [KEY]: US,
      HTTP_PROXY: 'URL',
    });
    expect(problems.map(describeProblem).map(({ cause }) => cause)).toEqual([
      expect.stringContaining('one of the two'),
    ]);
  });

  test('endpoints of two regions: those that are not in the region of the token', async () => {
    const { problems } = await checkAgainst(() => refuse, {
      ...endpointsIn('eu-west-0'),
      GRAFANA_CLOUD_TEMPO_ENDPOINT: 'http://tempo-prod-01-us-east-0.grafana.internal/tempo',
      HTTP_PROXY: 'URL',
    });
    expect(problems).toContainEqual({
      kind: 'wrong region',
      variable: 'GRAFANA_CLOUD_TEMPO_ENDPOINT',
      region: 'us-east-0',
      expected: 'prod-eu-west-0',
    });
    expect(problems).toContainEqual(expect.objectContaining({ kind: "wrong token or another stack's IDs" }));
  });

  test('endpoints of one region, where a service whose region does not show takes a token of another', async () => {
    const { problems } = await checkAgainst(refuseIn('us-east-0'), { ...endpointsIn('us-east-0'), HTTP_PROXY: 'URL' });
    expect(kinds({ problems })).toEqual(['wrong region', 'wrong region', 'wrong region']);
  });

  test('a token to read with that no service takes: it may lack the scopes', async () => {
    const { problems } = await checkAgainst(
      (request) => (request.login.endsWith(':glc_other') ? refuse : answerAsHosted(request)),
      { GRAFANA_CLOUD_READ_TOKEN: 'glc_other' },
    );
    expect(problems.map(describeProblem)[0]?.cause).toMatch(
      /or the token lacks metrics:read, logs:read and traces:read/,
    );
  });

  test('a token to read with that one service takes lacks the scopes for the others', async () => {
    const other = 'glc_other';
    const { problems } = await checkAgainst(
      (request) =>
        request.path === '/api/prom/api/v1/query' && request.login === `${IDS.prometheus}:${other}`
          ? { body: VECTOR }
          : answerAsHosted(request),
      { GRAFANA_CLOUD_READ_TOKEN: other },
    );
    expect(problems).toContainEqual(
      expect.objectContaining({ kind: 'missing scope', variable: 'GRAFANA_CLOUD_READ_TOKEN' }),
    );
  });

  test.each([401, 403])('a Grafana whose data source answers %i: the permission, or its own login', async (status) => {
    const { problems } = await checkAgainst(
      (request) => {
        if (request.path === '/api/datasources') return { body: JSON.stringify(sources) };
        return request.path.startsWith('/api/datasources/proxy') ? { status } : answerAsHosted(request);
      },
      { GRAFANA_URL: 'URL', GRAFANA_SERVICE_ACCOUNT_TOKEN: 'glsa_abc' },
    );
    expect(problems).toEqual([{ kind: 'no query', variable: 'GRAFANA_SERVICE_ACCOUNT_TOKEN' }]);
  });

  test('a Grafana that answers says nothing of an instance ID', async () => {
    const { problems } = await checkAgainst(
      (request) => {
        if (request.path === '/api/datasources') return { body: JSON.stringify(sources) };
        const [, type = ''] = /^\/api\/datasources\/proxy\/uid\/grafanacloud-(\w+)/.exec(request.path) ?? [];
        const answers: Record<string, string> = {
          prometheus: VECTOR,
          loki: '{"status":"success"}',
          tempo: '{"traces":[]}',
        };
        if (type in answers) return { body: answers[type] ?? '' };
        return answerAsHosted(request);
      },
      {
        GRAFANA_URL: 'URL',
        GRAFANA_SERVICE_ACCOUNT_TOKEN: 'glsa_abc',
        GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID: '999',
      },
    );
    expect(problems).toEqual([
      expect.objectContaining({ kind: 'refused ID', variable: 'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID' }),
    ]);
  });
});

describe('a query URL that is not the one of its service', () => {
  const QUERY_URLS = {
    PROMETHEUS: 'GRAFANA_CLOUD_PROMETHEUS_QUERY_URL',
    LOKI: 'GRAFANA_CLOUD_LOKI_QUERY_URL',
    TEMPO: 'GRAFANA_CLOUD_TEMPO_QUERY_URL',
  };
  const refuseElsewhere = (request: Received) => (request.path.startsWith('/other') ? refuse : answerAsHosted(request));
  const causes = ({ problems }: Pick<CloudCheck, 'problems'>) =>
    problems.map(describeProblem).map(({ cause }) => cause);

  test.each([
    [{ [QUERY_URLS.LOKI]: 'URL/api/prom' }, ['the address of Prometheus, not of Loki']],
    [{ [QUERY_URLS.PROMETHEUS]: 'URL/tempo' }, ['the address of Tempo, not of Prometheus']],
    [{ [QUERY_URLS.TEMPO]: 'URL' }, ['the address of Loki, not of Tempo']],
    [
      { [QUERY_URLS.PROMETHEUS]: 'URL', [QUERY_URLS.LOKI]: 'URL/api/prom' },
      ["GRAFANA_CLOUD_{PROMETHEUS,LOKI}_QUERY_URL are swapped: each is the address of the other's service"],
    ],
  ])('%j: it is that of another', async (change, expected) => {
    for (const path of [/never/, /^\/(?:api\/prom|tempo|loki)\/(?:loki\/)?api/]) {
      const check = await checkAgainst(
        (request) => answerAsHosted(request) ?? (path.test(request.path) ? refuse : undefined),
        change,
      );
      expect(causes(check)).toEqual(expected.map((cause) => expect.stringContaining(cause)));
    }
  });

  test('Loki answers a question to Prometheus below /loki, and is not Prometheus', async () => {
    const answer = '{"status":"success","data":{"resultType":"vector","result":[],"stats":{"summary":{}}}}';
    const check = await checkAgainst(
      (request) => (request.path === '/loki/api/v1/query' ? { body: answer } : answerAsHosted(request)),
      { [QUERY_URLS.LOKI]: 'URL/loki' },
    );
    expect(check.problems.map(describeProblem)).toEqual([
      {
        cause: expect.stringMatching(
          /\/loki\/loki\/api\/v1\/labels answers 404: Loki is not there, and answers at http/,
        ),
        fix: expect.stringMatching(`^Unset ${QUERY_URLS.LOKI}`),
      },
    ]);
  });

  test.each([
    ['Loki', QUERY_URLS.LOKI],
    ['Prometheus', QUERY_URLS.PROMETHEUS],
    ['Tempo', QUERY_URLS.TEMPO],
  ])('%s refuses there what it takes beside its endpoint', async (service, variable) => {
    for (const check of [
      await checkAgainst(refuseElsewhere, { [variable]: 'URL/other' }),
      await checkWithApi(
        { [variable]: 'http://127.0.0.1:PORT/other' },
        { service: (request) => refuseElsewhere(request) ?? { status: 404 } },
      ),
    ]) {
      expect(causes(check)).toEqual([
        expect.stringMatching(
          new RegExp(`^${variable} is http.*/other, which does not take the login that ${service} takes at http`),
        ),
      ]);
      expect(check.problems.map(describeProblem)[0]?.fix).toContain(`Unset ${variable}`);
    }
  });

  test('it is that of another, at the host of another region, where the stack can be asked', async () => {
    const check = await checkWithApi(
      { ...behindProxy, [QUERY_URLS.LOKI]: 'http://prometheus-prod-01-us-east-0.grafana.internal/api/prom' },
      { api, service: refuseIn('us-east-0') as (request: Received) => Reply },
    );
    expect(check.problems).toEqual([expect.objectContaining({ kind: 'wrong address', owner: 'PROMETHEUS' })]);
  });

  test('what is refused at both addresses: the scope, or the query URL', async () => {
    const { problems } = await checkAgainst(
      (request) => (request.path.endsWith('/labels') ? refuse : answerAsHosted(request)),
      { [QUERY_URLS.LOKI]: 'URL/other' },
    );
    expect(causes({ problems })).toEqual([
      expect.stringMatching(/GRAFANA_CLOUD_LOKI_QUERY_URL leads elsewhere, or GRAFANA_CLOUD_API_KEY lacks logs:read$/),
    ]);
  });

  test('an endpoint that refuses what a query URL takes: the scope, or the endpoint', async () => {
    const { problems } = await checkAgainst(
      (request) => {
        if (request.path === '/other/api/v1/query') return { body: VECTOR };
        return request.path.startsWith('/api/prom') ? refuse : answerAsHosted(request);
      },
      { [QUERY_URLS.PROMETHEUS]: 'URL/other' },
    );
    expect(causes({ problems })).toEqual([
      expect.stringMatching(/GRAFANA_CLOUD_PROMETHEUS_ENDPOINT leads elsewhere, or .* lacks metrics:write$/),
    ]);
  });
});

describe('the endpoints are compared with those of the stack', () => {
  test('one that takes the login is told, and is no problem: it may be a private link', async () => {
    const check = await checkWithApi(
      { ...behindProxy, GRAFANA_CLOUD_LOKI_ENDPOINT: 'http://logs.vpce.grafana.internal/loki/api/v1/push' },
      { api },
    );
    expect(check.problems).toEqual([]);
    expect(describeCheck(check)).toContainEqual({
      what: 'Loki, address',
      state: 'absent',
      found: "logs.vpce.grafana.internal takes the login, and the stack's own is logs-prod-012.grafana.internal",
    });
  });

  test('one that nobody knows is told by the right one alone', async () => {
    const { problems } = await checkWithApi(
      {
        ...behindProxy,
        NO_PROXY: 'logs-prod-013.grafana.internal',
        GRAFANA_CLOUD_LOKI_ENDPOINT: 'http://logs-prod-013.grafana.internal/loki/api/v1/push',
      },
      { api },
    );
    expect(problems).toEqual([
      {
        kind: 'another endpoint',
        variable: 'GRAFANA_CLOUD_LOKI_ENDPOINT',
        host: 'logs-prod-013.grafana.internal',
        expected: 'http://logs-prod-012.grafana.internal/loki/api/v1/push',
      },
    ]);
  });

  test('a token that may read the stack, with the right ID and address, lacks the scope', async () => {
    const { problems } = await checkWithApi(behindProxy, { api, service: refuse });
    expect(kinds({ problems })).toEqual(['missing scope']);
  });

  test('a token that no service takes at endpoints that differ: the token or the endpoints, once', async () => {
    const check = await checkWithApi(
      {
        ...behindProxy,
        GRAFANA_CLOUD_LOKI_ENDPOINT: 'http://logs-prod-999.grafana.internal/loki/api/v1/push',
        GRAFANA_CLOUD_TEMPO_ENDPOINT: 'http://tempo-prod-99-eu-west-0.grafana.internal/tempo',
        GRAFANA_CLOUD_STACKS_TOKEN: token({ o: '1234', n: 'stacks', k: 'k' }),
      },
      { api, service: refuse },
    );
    expect(kinds(check)).toEqual(['wrong token']);
    const elsewhere = await checkWithApi(
      {
        ...endpointsIn('us-east-0'),
        GRAFANA_CLOUD_LOKI_ENDPOINT: 'http://logs-prod-999.grafana.internal/loki/api/v1/push',
        HTTP_PROXY: 'http://127.0.0.1:PORT',
        GRAFANA_CLOUD_STACKS_TOKEN: token({ o: '1234', n: 'stacks', k: 'k' }),
      },
      { api, service: refuse },
    );
    expect(kinds(elsewhere)).toEqual(['wrong token or endpoints']);
    const [text] = elsewhere.problems.map(describeProblem);
    expect(text?.cause).toMatch(
      /^every login with GRAFANA_CLOUD_API_KEY is refused, and GRAFANA_CLOUD_\{.*LOKI.*\}_ENDPOINT are not/,
    );
    expect(text?.fix).toContain(
      'Set GRAFANA_CLOUD_LOKI_ENDPOINT to http://logs-prod-012.grafana.internal/loki/api/v1/push',
    );
  });

  test('and so where they are in another domain, which may be another way to the stack', async () => {
    const stacksToken = { GRAFANA_CLOUD_STACKS_TOKEN: token({ o: '1234', n: 'stacks', k: 'k' }) };
    const { problems } = await checkWithApi(stacksToken, { api, service: refuse });
    expect(problems).toEqual([
      expect.objectContaining({
        kind: 'wrong token or endpoints',
        variable: KEY,
        endpoints: ['OTLP', 'PROMETHEUS', 'LOKI', 'TEMPO'].map((service) =>
          expect.objectContaining({ variable: `GRAFANA_CLOUD_${service}_ENDPOINT` }),
        ),
      }),
    ]);
  });

  test('the slug is wrong where the services accept IDs of another stack', async () => {
    const { problems } = await checkWithApi(behindProxy, {
      api: { body: JSON.stringify({ ...RECORD, id: 1, hmInstancePromId: 2, hlInstanceId: 3, htInstanceId: 4 }) },
    });
    expect(problems).toEqual([{ kind: 'another slug', stack: 'games' }]);
  });

  test('and an ID that is wrong beside it is told as without a slug', async () => {
    const { problems } = await checkWithApi(
      { ...behindProxy, GRAFANA_CLOUD_LOKI_INSTANCE_ID: '999' },
      { api: { body: JSON.stringify({ ...RECORD, id: 1, hmInstancePromId: 2, hlInstanceId: 3, htInstanceId: 4 }) } },
    );
    expect(kinds({ problems })).toEqual(['another slug', 'refused ID']);
  });
});

describe('a token that was copied with something more', () => {
  test.each([
    ['GRAFANA_CLOUD_READ_TOKEN', `"${TOKEN}"`, 'has quotes around it'],
    ['GRAFANA_CLOUD_READ_TOKEN', `${TOKEN}\n`, 'ends with a line end'],
    ['GRAFANA_CLOUD_READ_TOKEN', `${TOKEN}\u200b`, 'not ASCII'],
    ['GRAFANA_CLOUD_API_KEY', `'${TOKEN}'`, 'has quotes around it'],
    ['GRAFANA_CLOUD_API_KEY', ` ${TOKEN}`, 'begins with a blank'],
    ['GRAFANA_CLOUD_STACKS_TOKEN', `${TOKEN}\n`, 'ends with a line end'],
  ])('%s=%j is the one problem', async (variable, value, flaw) => {
    const { problems } = await checkAgainst(answerAsHosted, { [variable]: value });
    expect(problems).toEqual([
      expect.objectContaining({ kind: 'variable', variable, message: expect.stringContaining(flaw) }),
    ]);
  });
});

describe('one cause is told once, with the services that it holds for', () => {
  const unknown = (names: readonly string[]) =>
    Object.fromEntries(
      names.map((name) => [`GRAFANA_CLOUD_${name}_ENDPOINT`, `https://${name.toLowerCase()}.invalid`]),
    );

  test('names that are not known', async () => {
    const paths = { OTLP: '/otlp', PROMETHEUS: '/api/prom/push', LOKI: '/loki/api/v1/push', TEMPO: '/tempo' };
    const endpoints = Object.entries(unknown(Object.keys(paths))).map(([name, url], index) => [
      name,
      url + Object.values(paths)[index],
    ]);
    const { problems } = await checkAgainst(answerAsHosted, Object.fromEntries(endpoints));
    expect(problems.map(describeProblem).map(({ cause }) => cause)).toEqual([
      'these names are not known (DNS): otlp.invalid, prometheus.invalid, loki.invalid and tempo.invalid (the OTLP gateway, Prometheus, Loki and Tempo)',
    ]);
  });

  test.each<[string, Reply]>([
    ['a fault', { status: 502, body: '<html>', type: 'text/html' }],
    ['an allow-list', { status: 403, body: 'source IP address is not in the allow-list' }],
    ['a redirect', { status: 302, headers: { location: 'https://login.example/?back=x' } }],
    ["a proxy's page", { body: '<!doctype html>', type: 'text/html' }],
    ["a proxy's login", { status: 407 }],
    ['too many requests', { status: 429 }],
  ])('%s', async (_, reply) => {
    const { problems } = await checkAgainst(() => reply, {
      ...endpointsIn('eu-west-0'),
      HTTP_PROXY: 'URL',
    });
    expect(problems).toHaveLength(1);
    expect(problems.map(describeProblem)[0]?.cause).toContain('the OTLP gateway, Prometheus, Loki and Tempo ');
  });

  test('variables that are not set', async () => {
    const { problems } = await checkAgainst(answerAsHosted, {
      GRAFANA_CLOUD_LOKI_ENDPOINT: '',
      GRAFANA_CLOUD_TEMPO_ENDPOINT: '',
      GRAFANA_CLOUD_TEMPO_INSTANCE_ID: '',
    });
    expect(problems.map(describeProblem).map(({ cause }) => cause)).toEqual([
      'GRAFANA_CLOUD_{LOKI,TEMPO}_ENDPOINT and GRAFANA_CLOUD_TEMPO_INSTANCE_ID are not set',
    ]);
  });

  test('a token that is not set is nothing that cloud:env writes', async () => {
    const { problems } = await checkAgainst(answerAsHosted, { GRAFANA_URL: 'URL' });
    expect(problems.map(describeProblem)).toEqual([
      { cause: 'GRAFANA_SERVICE_ACCOUNT_TOKEN is not set', fix: 'Set what is missing in .env' },
    ]);
  });

  test.each([
    [[], /^Add such a data source to it/],
    [['a', 'b'], /^Make one of them the default/],
  ])('the data sources of a Grafana for Tempo: %j', async (tempos, fix) => {
    const sources = [
      ...['prometheus', 'loki'].map((type) => ({ uid: type, type, name: type })),
      ...tempos.map((uid) => ({ uid, type: 'tempo', name: uid })),
    ];
    const { problems } = await checkAgainst(
      (request) => (request.path === '/api/datasources' ? { body: JSON.stringify(sources) } : answerAsHosted(request)),
      { GRAFANA_URL: 'URL', GRAFANA_SERVICE_ACCOUNT_TOKEN: 'glsa_abc' },
    );
    expect(problems.map(describeProblem).map((text) => text.fix)).toEqual([expect.stringMatching(fix)]);
  });

  test('where a redirect leads', async () => {
    const { problems } = await checkAgainst((request) =>
      request.path.startsWith('/loki')
        ? { status: 301, headers: { location: 'https://u:p@x.example/loki?key=secret' } }
        : answerAsHosted(request),
    );
    expect(problems).toEqual([expect.objectContaining({ kind: 'redirect', text: 'https://x.example/loki' })]);
  });

  test('a clock that is off, with logins that are all refused', async () => {
    const date = new Date(Date.now() - 3_600_000).toUTCString();
    const { problems } = await checkAgainst(() => ({ ...refuse, headers: { date } }));
    expect(problems).toEqual([expect.objectContaining({ kind: 'clock', isRefused: true })]);
    expect(problems.map(describeProblem)[0]).toEqual({
      cause: expect.stringMatching(/3600 s ahead of .* every login is refused as well$/),
      fix: expect.stringMatching(/then check the logins again$/),
    });
  });

  test('but a clock that is off explains no login where another is accepted', async () => {
    const date = new Date(Date.now() - 3_600_000).toUTCString();
    const check = await checkAgainst((request) => ({ ...(answerAsHosted(request) as object), headers: { date } }), {
      GRAFANA_CLOUD_LOKI_INSTANCE_ID: '999',
    });
    expect(kinds(check)).toEqual(['refused ID', 'clock']);
  });
});

describe('what was not asked is told with the reason', () => {
  test.each([
    ['', 'not asked: GRAFANA_CLOUD_LOKI_ENDPOINT is not set'],
    ['logs.example/loki/api/v1/push', 'not asked: GRAFANA_CLOUD_LOKI_ENDPOINT has to be corrected first'],
    // The token would be readable on the way.
    ['http://logs.example/loki/api/v1/push', 'not asked: GRAFANA_CLOUD_LOKI_ENDPOINT has to be corrected first'],
  ])('an endpoint that is %j', async (endpoint, found) => {
    const check = await checkAgainst(answerAsHosted, { GRAFANA_CLOUD_LOKI_ENDPOINT: endpoint });
    expect(describeCheck(check).filter(({ what }) => what.startsWith('Loki'))).toEqual([
      { what: 'Loki, logs:write', state: 'absent', found },
      { what: 'Loki, logs:read', state: 'absent', found },
    ]);
    expect(kinds(check)).toEqual([endpoint === '' ? 'unset' : 'variable']);
  });

  test('a Grafana that refuses', async () => {
    const check = await checkAgainst(
      (request) => (request.path === '/api/datasources' ? { status: 403 } : answerAsHosted(request)),
      { GRAFANA_URL: 'URL', GRAFANA_SERVICE_ACCOUNT_TOKEN: 'glsa_abc' },
    );
    expect(describeCheck(check)).toContainEqual({
      what: 'Tempo, traces:read',
      state: 'absent',
      found: 'not asked: GRAFANA_URL leads to no Grafana that can be asked',
    });
  });
});

test('it takes less than five seconds where Grafana, the API and what is tried never answer', async () => {
  const started = performance.now();
  let writes = 0;
  const check = await checkWithApi(
    { GRAFANA_URL: 'http://127.0.0.1:PORT', GRAFANA_SERVICE_ACCOUNT_TOKEN: 'glsa_abc' },
    { api: 'never', service: () => (++writes <= 5 ? refuse : 'never') },
  );
  expect(check.results).toHaveLength(5);
  expect(performance.now() - started).toBeLessThan(5000);
});

function refuseIn(region: string) {
  return (request: Received) => (request.headers.host?.includes(region) ? refuse : answerAsHosted(request));
}
