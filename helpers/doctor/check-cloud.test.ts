import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Reply, startAnsweringServer } from '../clients/testing/answering-server.ts';
import { INSTANCE } from '../clients/testing/sample-stack.ts';
import { describeProblem } from '../findings/cloud-problem-sentences.ts';
import type { CloudProblem } from '../run/cloud-problem.ts';
import { readSettings } from '../settings/settings.ts';
import { selfSigned } from '../tls/self-signed.ts';
import { checkCloud } from './check-cloud.ts';
import { describeCheck } from './describe-check.ts';
import {
  answerAsHosted,
  answerInRegion,
  checkAgainst,
  checkWithApi,
  IDS,
  nameId,
  REGIONS,
  TOKEN,
  token,
  VECTOR,
  variables,
} from './testing/cloud-stack.ts';

test('a stack that takes and answers has no problem, and each way is told with its latency', async () => {
  const check = await checkAgainst(answerAsHosted);
  expect(check.problems).toEqual([]);
  expect(check.results.map(({ probe, isGood }) => [probe.scope, isGood])).toEqual([
    ['traces:write', true],
    ['metrics:write', true],
    ['logs:write', true],
    ['metrics:write', true],
    ['logs:write', true],
    ['metrics:read', true],
    ['logs:read', true],
    ['traces:read', true],
  ]);
  expect(check.token).toEqual({ kind: 'access policy', name: 'alloy', organization: '1234', region: 'prod-eu-west-0' });
});

describe('the one thing that is wrong is named', () => {
  test.each<[string, Record<string, string>, CloudProblem]>([
    [
      'the Prometheus ID at the OTLP gateway',
      { GRAFANA_CLOUD_OTLP_INSTANCE_ID: IDS.prometheus },
      {
        kind: "another service's ID",
        variable: 'GRAFANA_CLOUD_OTLP_INSTANCE_ID',
        id: IDS.prometheus,
        owner: 'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID',
      },
    ],
    [
      "the OTLP gateway's ID at Prometheus",
      { GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID: IDS.otlp },
      {
        kind: "another service's ID",
        variable: 'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID',
        id: IDS.otlp,
        owner: 'GRAFANA_CLOUD_OTLP_INSTANCE_ID',
      },
    ],
    ...(['OTLP', 'PROMETHEUS', 'LOKI', 'TEMPO'] as const).map(
      (service): [string, Record<string, string>, CloudProblem] => [
        `an ID of another stack for ${service}`,
        { [`GRAFANA_CLOUD_${service}_INSTANCE_ID`]: '999' },
        {
          kind: 'refused ID',
          variable: `GRAFANA_CLOUD_${service}_INSTANCE_ID`,
          id: '999',
          endpoint: `GRAFANA_CLOUD_${service}_ENDPOINT`,
          scopes: service === 'TEMPO' ? ['traces:read'] : [],
        },
      ],
    ),
    [
      'another token',
      { GRAFANA_CLOUD_API_KEY: token({ o: '1', n: 'x', k: 'y', m: { r: 'eu' } }) },
      {
        kind: "wrong token or another stack's IDs",
        variable: 'GRAFANA_CLOUD_API_KEY',
        ids: Object.keys(IDS).map(nameId),
        says: 'authentication error: invalid token',
      },
    ],
    [
      'another token to read with',
      { GRAFANA_CLOUD_READ_TOKEN: 'glc_other' },
      {
        kind: 'wrong token',
        variable: 'GRAFANA_CLOUD_READ_TOKEN',
        scopes: [],
        says: 'authentication error: invalid token',
      },
    ],
    [
      'the token of a service account to read with',
      { GRAFANA_CLOUD_READ_TOKEN: 'glsa_abc' },
      { kind: 'wrong kind of token', variable: 'GRAFANA_CLOUD_READ_TOKEN', token: 'service account' },
    ],
    [
      'the token of a service account',
      { GRAFANA_CLOUD_API_KEY: 'glsa_abc' },
      { kind: 'wrong kind of token', variable: 'GRAFANA_CLOUD_API_KEY', token: 'service account' },
    ],
    [
      'a retired API key',
      { GRAFANA_CLOUD_API_KEY: 'eyJrIjoiYWJjIn0=' },
      { kind: 'wrong kind of token', variable: 'GRAFANA_CLOUD_API_KEY', token: 'legacy API key' },
    ],
  ])('%s', async (_, change, problem) => {
    const { problems } = await checkAgainst(answerAsHosted, change);
    expect(problems).toEqual([problem]);
  });

  test('two IDs that were swapped', async () => {
    const { problems } = await checkAgainst(answerAsHosted, {
      GRAFANA_CLOUD_OTLP_INSTANCE_ID: IDS.prometheus,
      GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID: IDS.otlp,
    });
    expect(problems.map(describeProblem).map(({ fix }) => fix)).toEqual([
      expect.stringMatching(/^Set GRAFANA_CLOUD_OTLP_INSTANCE_ID to 1461503,/),
      expect.stringMatching(/^Set GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID to 2847239,/),
    ]);
  });

  test.each([401, 403])('scopes that the policy lacks, where the service answers %i and names them', async (status) => {
    const { problems } = await checkAgainst((request) =>
      /\/v1\/logs|\/loki\/api\/v1\/push/.test(request.path)
        ? { status, body: '{"status":"error","error":"authentication error: invalid scope requested"}' }
        : answerAsHosted(request),
    );
    expect(problems).toEqual([{ kind: 'missing scope', variable: 'GRAFANA_CLOUD_API_KEY', scopes: ['logs:write'] }]);
  });

  test('scopes to read that the policy lacks, where the services answer 401 and say nothing', async () => {
    const { problems } = await checkAgainst((request) =>
      /query$|labels$|search$/.test(request.path) ? { status: 401, body: 'Unauthorized' } : answerAsHosted(request),
    );
    expect(problems).toEqual([
      {
        kind: 'missing scope',
        variable: 'GRAFANA_CLOUD_API_KEY',
        scopes: ['metrics:read', 'logs:read', 'traces:read'],
      },
    ]);
  });

  test.each(['', 'Forbidden', '{"message":"Access denied"}'])(
    'a 403 with the body %j on all ways may be a scope or a firewall',
    async (body) => {
      const { problems } = await checkAgainst(() => ({ status: 403, body }));
      const [text, ...others] = problems.map(describeProblem);
      expect(others).toEqual([]);
      expect(text?.cause).toMatch(
        /answers 403 without a reason: the access policy of GRAFANA_CLOUD_API_KEY lacks .*traces:read, or an allow-list or a firewall refuses this machine$/,
      );
    },
  );

  test('a 403 that says little is told with what it says', async () => {
    const { problems } = await checkAgainst(() => ({ status: 403, body: 'Request denied by rule 7' }));
    expect(problems.map(describeProblem).map(({ cause }) => cause)).toEqual([
      expect.stringMatching(
        / answers 403: the access policy .* refuses this machine; it answers "Request denied by rule 7"$/,
      ),
    ]);
  });

  test('a 401 on all ways that is about an allow-list', async () => {
    const { problems } = await checkAgainst(() => ({ status: 401, body: 'IP address not in allow list' }));
    expect(problems.map(describeProblem)).toEqual([
      {
        cause: expect.stringMatching(
          /answer 401: IP address not in allow list$|answers 401: IP address not in allow list$/,
        ),
        fix: expect.stringMatching(/^Look at the allow-list of the access policy/),
      },
    ]);
  });

  test('other words of a 401 are shown in one line, shortened and without a secret', async () => {
    const body = JSON.stringify({ error: `tenant\n\u001b[31mis locked, ${TOKEN} ${'x'.repeat(200)}` });
    const { problems } = await checkAgainst(() => ({ status: 401, body }));
    expect(problems.map(describeProblem).map(({ cause }) => cause)).toEqual([
      expect.stringMatching(/; it answers "tenant \[31mis locked, \(secret\) x{20,80}"$/),
    ]);
  });

  test('a path that the service does not serve', async () => {
    const { problems } = await checkAgainst(answerAsHosted, { GRAFANA_CLOUD_LOKI_ENDPOINT: 'URL/loki/push' });
    expect(problems).toEqual([
      expect.objectContaining({ kind: 'wrong address', variable: 'GRAFANA_CLOUD_LOKI_ENDPOINT' }),
    ]);
  });

  test('a query URL with another path', async () => {
    const { problems } = await checkAgainst(answerAsHosted, { GRAFANA_CLOUD_TEMPO_QUERY_URL: 'URL/trace' });
    expect(problems).toEqual([
      expect.objectContaining({ kind: 'wrong address', variable: 'GRAFANA_CLOUD_TEMPO_QUERY_URL', status: 404 }),
    ]);
    expect(problems.map(describeProblem)[0]?.fix).toMatch(
      /^Unset GRAFANA_CLOUD_TEMPO_QUERY_URL, so that it follows from GRAFANA_CLOUD_TEMPO_ENDPOINT \(http.*\/tempo\), or set it to that$/,
    );
  });

  test('a query URL with something else behind it', async () => {
    const { problems } = await checkAgainst(
      (request) => (request.path.startsWith('/other') ? {} : answerAsHosted(request)),
      {
        GRAFANA_CLOUD_LOKI_QUERY_URL: 'URL/other',
      },
    );
    expect(problems.map(describeProblem)).toEqual([
      {
        cause: expect.stringMatching(
          /\/other\/loki\/api\/v1\/labels answers 200, and not as Loki does, which answers at http:\/\/127\.0\.0\.1:\d+$/,
        ),
        fix: expect.stringMatching(
          /^Unset GRAFANA_CLOUD_LOKI_QUERY_URL, so that it follows from GRAFANA_CLOUD_LOKI_END/,
        ),
      },
    ]);
  });

  test.each<[string, Reply, CloudProblem['kind']]>([
    ['a web page', { body: '<!doctype html><title>Grafana</title>', type: 'text/html' }, 'web page'],
    ['an empty body', { body: '' }, 'other API'],
    ['the JSON of another API', { body: '{"name":"somebody"}' }, 'other API'],
    ["a proxy's 407", { status: 407, body: 'proxy' }, 'no answer'],
    ['a redirect', { status: 301, headers: { location: 'https://x.example' } }, 'redirect'],
    ['a fault of the service', { status: 503 }, 'service fault'],
    ['a fault of what stands in front', { status: 502, body: '<html>', type: 'text/html' }, 'service fault'],
    ['too many requests', { status: 429 }, 'too many requests'],
    ['an allow-list', { status: 403, body: 'source IP address is not in the allow-list' }, 'access denied'],
    ['an allow-list, as a 401', { status: 401, body: '{"error":"IP address not in allow list"}' }, 'access denied'],
    ['a 403 that says nothing', { status: 403 }, 'missing scope'],
  ])('Loki that answers with %s', async (_, reply, kind) => {
    const { problems } = await checkAgainst((request) =>
      request.path === '/loki/api/v1/labels' ? reply : answerAsHosted(request),
    );
    expect(problems.map((problem) => problem.kind)).toEqual([kind]);
  });

  test.each<[string, RegExp, Reply]>([
    ['OTLP', /^\/otlp/, { body: '{"hello":"world"}' }],
    ['OTLP', /^\/otlp/, { status: 400, body: 'bad request' }],
    ['OTLP', /^\/otlp/, { status: 400, body: 'Client sent an HTTP request to an HTTPS server.' }],
    ['OTLP', /^\/otlp/, { status: 204 }],
    ['OTLP', /^\/otlp/, { body: 'ok', type: 'text/plain' }],
    ['remote write', /push$/, { body: '{"status":"success"}' }],
    ['remote write', /prom\/push$/, { status: 400, body: 'bad request' }],
    ["Loki's push", /v1\/push$/, { status: 422, body: 'unprocessable' }],
    ["Loki's push", /v1\/push$/, { status: 400, body: 'bad request' }],
    ['a read', /(?:query|labels|search)$/, { body: '{"status":"error","errorType":"x","error":"y"}' }],
    ['a read', /(?:query|labels|search)$/, { body: '{"status":"success","data":{}}' }],
    ['a read', /(?:query|search)$/, { body: '{"status":"success","data":[]}' }],
    ['a read', /(?:query|labels)$/, { body: '{"traces":[]}' }],
    ['a read', /(?:labels|search)$/, { body: VECTOR }],
    ['everything', /./, { body: '{"status":"success","data":{}}' }],
    ['everything', /./, { body: '{"status":"error","error":"x"}' }],
  ])('what answers to %s %s with %j is not the service', async (_, path, reply) => {
    const { problems } = await checkAgainst((request) => (path.test(request.path) ? reply : answerAsHosted(request)));
    expect(problems.map((problem) => problem.kind)).toEqual(['other API']);
  });

  // As the real parts answer: an export response with an empty partial success, an empty body, Loki's words as a google.rpc.Status.
  test.each<[string, RegExp, Reply]>([
    ['OTLP', /^\/otlp/, { body: '\n\0', type: 'application/x-protobuf' }],
    ['OTLP', /^\/otlp/, { body: '', type: 'text/plain' }],
    [
      'OTLP',
      /^\/otlp\/v1\/logs/,
      { status: 422, body: '\u00129error at least one valid stream is required for ingestion' },
    ],
    ['remote write', /prom\/push$/, { status: 204 }],
    ["Loki's push", /v1\/push$/, { status: 204 }],
    ["Loki's read", /labels$/, { body: '{"status":"success"}' }],
    ["Loki's read", /labels$/, { body: JSON.stringify({ status: 'success', data: Array(500).fill('a_long_label') }) }],
    ["Tempo's read", /search$/, { body: '{"metrics":{}}' }],
  ])('what answers to %s %s with %j is', async (_, path, reply) => {
    const { problems } = await checkAgainst((request) => (path.test(request.path) ? reply : answerAsHosted(request)));
    expect(problems).toEqual([]);
  });

  test.each([-300, 300])('a clock that is %i s off', async (seconds) => {
    const { problems, clockOffset } = await checkAgainst((request) => {
      const reply = answerAsHosted(request);
      const date = new Date(Date.now() + seconds * 1000).toUTCString();
      return typeof reply === 'object' ? { ...reply, headers: { date } } : reply;
    });
    expect(problems.map(({ kind }) => kind)).toEqual(['clock']);
    expect(Math.round((clockOffset ?? 0) / 5000)).toBe(seconds / 5);
  });

  test('a service that never answers, within five seconds', async () => {
    const started = performance.now();
    const { problems } = await checkAgainst((request) =>
      request.path.startsWith('/otlp') ? 'never' : answerAsHosted(request),
    );
    expect(problems).toEqual([expect.objectContaining({ kind: 'no answer', reason: { kind: 'timeout' } })]);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test('a host that nobody knows, and one where nothing listens', async () => {
    const { problems } = await checkAgainst(answerAsHosted, {
      GRAFANA_CLOUD_TEMPO_ENDPOINT: 'https://tempo.invalid/tempo',
      GRAFANA_CLOUD_LOKI_QUERY_URL: 'http://127.0.0.1:9',
    });
    expect(problems.map((problem) => ('reason' in problem ? problem.reason.kind : problem.kind)).sort()).toEqual([
      'refused connection',
      'unknown host',
    ]);
  });

  test('a certificate of a private CA', async () => {
    const { key, certificate } = selfSigned(['127.0.0.1']);
    const server = createTlsServer({ key, cert: certificate }, (_, response) => response.end('{}'));
    const port = await listen(server);
    const { problems } = await checkAgainst(answerAsHosted, {
      GRAFANA_CLOUD_TEMPO_ENDPOINT: `https://127.0.0.1:${port}/tempo`,
    });
    expect(problems).toEqual([
      expect.objectContaining({ reason: expect.objectContaining({ kind: 'untrusted certificate' }) }),
    ]);
    expect(problems.map(describeProblem)[0]?.fix).toContain('in the environment and not in .env');
  });

  test('a proxy that nobody runs, and one whose address is not valid', async () => {
    const settings = { ...variables('https://stack.grafana.example'), HTTPS_PROXY: 'http://127.0.0.1:9' };
    const { problems } = await checkCloud(readSettings(settings));
    expect(problems.map(describeProblem)).toEqual([
      expect.objectContaining({ cause: expect.stringContaining('the proxy that HTTPS_PROXY names') }),
    ]);
    expect(() => readSettings({ ...settings, https_proxy: 'u:hunter2@proxy:8080' })).toThrow(
      'https_proxy: it is not a URL',
    );
  });

  test('a proxy that never answers, within five seconds', async () => {
    const proxy = createServer();
    proxy.on('connect', (_, socket) => onTestFinished(() => void socket.destroy()));
    const port = await listen(proxy);
    const started = performance.now();
    const check = await checkCloud(
      readSettings({ ...variables('https://stack.grafana.example'), HTTPS_PROXY: `http://127.0.0.1:${port}` }),
    );
    expect(performance.now() - started).toBeLessThan(5000);
    expect(check.problems).toEqual([
      expect.objectContaining({ kind: 'no answer', reason: { kind: 'timeout', proxy: 'HTTPS_PROXY' } }),
    ]);
    const [text] = check.problems.map(describeProblem);
    expect(text?.cause).toContain('the proxy that HTTPS_PROXY names hangs');
    expect(text?.fix).not.toContain('set HTTPS_PROXY');
  });

  test.each([
    ['', 'wants a login (407)'],
    ['user:hunter2@', 'refuses the login that is in HTTPS_PROXY (407)'],
  ])('a proxy that answers 407 to the login %j', async (login, cause) => {
    const proxy = createServer();
    proxy.on('connect', (_, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'));
    const port = await listen(proxy);
    const settings = {
      ...variables('https://stack.grafana.example'),
      GRAFANA_URL: 'https://grafana.example',
      GRAFANA_SERVICE_ACCOUNT_TOKEN: 'glsa_abc',
      HTTPS_PROXY: `http://${login}127.0.0.1:${port}`,
    };
    const { problems } = await checkCloud(readSettings(settings));
    const causes = problems.map(describeProblem).map((text) => text.cause);
    expect(causes).toEqual([expect.stringContaining(cause), expect.stringContaining(cause)]);
    expect(causes.join()).not.toContain('hunter2');
  });

  test.each<[number, string]>([
    [407, '127.0.0.1:PORT asks for the login of a proxy (407), and no proxy variable applies to it'],
    [302, 'http://127.0.0.1:PORT/api/datasources answers 302, a redirect to https://login.example/'],
  ])('a Grafana whose address answers %i', async (status, cause) => {
    await using server = await startAnsweringServer((request) =>
      request.path === '/api/datasources'
        ? { status, headers: { location: 'https://login.example/?back=x' } }
        : answerAsHosted(request),
    );
    const grafana = { GRAFANA_URL: server.url, GRAFANA_SERVICE_ACCOUNT_TOKEN: 'glsa_abc' };
    const { problems } = await checkCloud(readSettings({ ...variables(server.url), ...grafana }));
    expect(problems.map(describeProblem).map((text) => text.cause)).toEqual([
      expect.stringContaining(cause.replace('PORT', new URL(server.url).port)),
    ]);
  });

  test('https:// at a port that speaks plain HTTP', async () => {
    await using server = await startAnsweringServer(answerAsHosted);
    const endpoint = `${server.url.replace('http:', 'https:')}/tempo`;
    const { problems } = await checkAgainst(answerAsHosted, { GRAFANA_CLOUD_TEMPO_ENDPOINT: endpoint });
    expect(problems.map(describeProblem).map((text) => text.cause)).toEqual([
      `${new URL(endpoint).host} speaks plain HTTP, not TLS, and GRAFANA_CLOUD_TEMPO_ENDPOINT begins with https://`,
    ]);
  });

  test('a proxy that wants a login, in front of all services', async () => {
    const proxy = createServer();
    proxy.on('connect', (_, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'));
    const port = await listen(proxy);
    const check = await checkCloud(
      readSettings({ ...variables('https://stack.grafana.example'), HTTPS_PROXY: `http://127.0.0.1:${port}` }),
    );
    expect(check.problems).toEqual([
      expect.objectContaining({
        kind: 'no answer',
        hosts: ['stack.grafana.example'],
        reason: { kind: 'proxy login', proxy: 'HTTPS_PROXY', hasLogin: false },
      }),
    ]);
  });

  test('a proxy that wants a login is named by the variable that it stands in', async () => {
    const { problems } = await checkAgainst(() => ({ status: 407 }), { ...REGIONS, HTTP_PROXY: 'URL' });
    const fixes = problems.map(describeProblem).map(({ fix }) => fix);
    expect(fixes.some((fix) => fix.startsWith('Put it into HTTP_PROXY, '))).toBe(true);
  });

  test('a 407 of a host to which no proxy variable applies', async () => {
    const { problems } = await checkAgainst(
      (request) => (request.path.startsWith('/tempo') ? { status: 407 } : answerAsHosted(request)),
      { HTTPS_PROXY: 'http://127.0.0.1:9' },
    );
    expect(problems.map(describeProblem)).toEqual([
      {
        cause: expect.stringContaining('no proxy variable applies to it'),
        fix: 'Look at what answers there, and at GRAFANA_CLOUD_TEMPO_ENDPOINT',
      },
    ]);
  });

  test('a certificate for another name says nothing of the clock', async () => {
    const text = (code: string) =>
      describeProblem({
        kind: 'no answer',
        variables: ['GRAFANA_CLOUD_TEMPO_ENDPOINT'],
        hosts: ['tempo.example'],
        reason: { kind: 'wrong certificate', code },
      });
    expect(text('ERR_TLS_CERT_ALTNAME_INVALID')).toEqual({
      cause: 'the certificate of tempo.example is for another name (ERR_TLS_CERT_ALTNAME_INVALID)',
      fix: 'Correct the host in GRAFANA_CLOUD_TEMPO_ENDPOINT',
    });
    expect(text('CERT_HAS_EXPIRED').fix).toContain("this machine's clock");
  });
});

describe('where the stack may be asked', () => {
  test('a wrong ID is told with the right one', async () => {
    const { problems, stack } = await checkWithApi({ GRAFANA_CLOUD_LOKI_INSTANCE_ID: '999' });
    expect(stack).toMatchObject({ slug: 'games', region: 'prod-eu-west-0' });
    expect(problems).toContainEqual({
      kind: "not the stack's ID",
      variable: 'GRAFANA_CLOUD_LOKI_INSTANCE_ID',
      id: '999',
      expected: IDS.loki,
    });
  });

  test('it is found without its slug, by its IDs', async () => {
    const { stack } = await checkWithApi({ GRAFANA_CLOUD_STACK: '' });
    expect(stack).toMatchObject({ slug: 'games' });
  });

  test.each<[number, CloudProblem['kind']]>([
    [401, 'invalid token'],
    [403, "another stack's IDs"],
  ])('a token that it answers with %i, and no service takes, is told apart', async (status, kind) => {
    const { problems } = await checkWithApi({}, { api: { status }, service: { status: 401, body: 'Unauthorized' } });
    expect(problems.map((problem) => problem.kind)).toEqual([kind]);
  });

  test.each<[Reply, string]>([
    [{ status: 404, body: '{"message":"no"}' }, 'the API of Grafana Cloud answers 404'],
    [{ status: 503 }, 'the API of Grafana Cloud answers 503'],
    [{ body: '<html>', type: 'text/html' }, 'the API of Grafana Cloud answers 200, and not with a stack'],
    ['never', 'the API of Grafana Cloud gives no answer'],
    [
      { body: JSON.stringify({ ...INSTANCE, hmInstancePromUrl: 'http://127.0.0.1:43000' }) },
      'the API of Grafana Cloud does not say in which domain its OTLP gateway is',
    ],
  ])('where it can’t be compared for %j, the reason is told', async (api, reason) => {
    const check = await checkWithApi({}, { api });
    expect(describeCheck(check)).toContainEqual({ what: 'stack', state: 'absent', found: `not compared: ${reason}` });
  });

  test('a stack that is paused', async () => {
    const { problems } = await checkWithApi({}, { api: { body: JSON.stringify({ ...INSTANCE, status: 'paused' }) } });
    expect(problems).toContainEqual({ kind: 'inactive stack', stack: 'games', status: 'paused' });
  });

  test('an endpoint of another region', async () => {
    const { problems } = await checkWithApi({ ...REGIONS, HTTP_PROXY: 'http://127.0.0.1:PORT' });
    expect(problems).toEqual([
      {
        kind: 'wrong region',
        variable: 'GRAFANA_CLOUD_OTLP_ENDPOINT',
        region: 'us-east-0',
        expected: 'eu-west-0',
        endpoint: 'https://otlp-gateway-prod-eu-west-0.grafana.net/otlp',
      },
    ]);
  });
});

test('an endpoint of another region is told by those of the services that accept the token', async () => {
  const { problems } = await checkAgainst(answerInRegion, { ...REGIONS, HTTP_PROXY: 'URL' });
  expect(problems).toEqual([
    { kind: 'wrong region', variable: 'GRAFANA_CLOUD_OTLP_ENDPOINT', region: 'us-east-0', expected: 'eu-west-0' },
  ]);
});

test('no token is in a problem, in its words, or in a result', async () => {
  for (const change of [{}, { GRAFANA_CLOUD_LOKI_INSTANCE_ID: TOKEN }, { GRAFANA_CLOUD_API_KEY: `${TOKEN} ` }]) {
    const check = await checkAgainst(() => ({ status: 401, body: 'Unauthorized' }), change);
    const { results: _, ...shown } = check;
    const text = JSON.stringify([shown, check.problems.map(describeProblem)]);
    expect(text).not.toContain('the-secret-part');
    expect(text).not.toContain(TOKEN.slice(10));
  }
});

async function listen(server: ReturnType<typeof createServer> | ReturnType<typeof createTlsServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}
