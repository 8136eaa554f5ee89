import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  aimAtMock,
  CONFIGURATION_VARIABLES,
  completeCloudVariables,
  listMadeUpVariables,
} from './alloy-environment.ts';
import { CLOUD_VARIABLES, findCloudProblems, isPrivate } from './cloud.ts';

const good = {
  GRAFANA_CLOUD_API_KEY: 'glc_dGVzdA==',
  GRAFANA_CLOUD_OTLP_ENDPOINT: 'https://otlp-gateway-prod-eu-west-0.grafana.net/otlp',
  GRAFANA_CLOUD_OTLP_INSTANCE_ID: '1461503',
  GRAFANA_CLOUD_PROMETHEUS_ENDPOINT: 'https://prometheus-prod-01-eu-west-0.grafana.net/api/prom/push',
  GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID: '2847239',
  GRAFANA_CLOUD_LOKI_ENDPOINT: 'https://logs-prod-eu-west-0.grafana.net/loki/api/v1/push',
  GRAFANA_CLOUD_LOKI_INSTANCE_ID: '1419296',
  GRAFANA_CLOUD_TEMPO_ENDPOINT: 'https://tempo-prod-01-eu-west-0.grafana.net/tempo',
  GRAFANA_CLOUD_TEMPO_INSTANCE_ID: '1413606',
};

const encodeToken = (payload: object) => `glc_${Buffer.from(JSON.stringify(payload)).toString('base64')}`;

describe('the GRAFANA_CLOUD_* variables', () => {
  test.each([
    ['of the region of an endpoint', encodeToken({ o: '1', k: 'x', m: { r: 'prod-eu-west-0' } })],
    ['of the region around it', encodeToken({ o: '1', k: 'x', m: { r: 'eu' } })],
    ['of a region that can be compared with no name of a host', encodeToken({ k: 'x', m: { r: 'local' } })],
    ['without a region', encodeToken({ k: 'x' })],
    ['of a form that nobody knows', 'glc_ANewForm'],
  ])('have no problem with a token %s', (_, token) => {
    expect(findCloudProblems({ ...good, GRAFANA_CLOUD_API_KEY: token })).toEqual([]);
  });

  test('have no problem when all are well-formed', () => {
    expect(findCloudProblems(good)).toEqual([]);
  });

  test.each([
    [
      'the Prometheus ID at the OTLP gateway',
      { GRAFANA_CLOUD_OTLP_INSTANCE_ID: '2847239' },
      /OTLP_INSTANCE_ID and GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID are the same, 2847239/,
    ],
    [
      'an ID that is not a number',
      { GRAFANA_CLOUD_LOKI_INSTANCE_ID: 'logs' },
      /GRAFANA_CLOUD_LOKI_INSTANCE_ID is "logs"/,
    ],
    ['an empty endpoint', { GRAFANA_CLOUD_TEMPO_ENDPOINT: '' }, /GRAFANA_CLOUD_TEMPO_ENDPOINT is not set/],
    ['an endpoint without a scheme', { GRAFANA_CLOUD_OTLP_ENDPOINT: 'otlp.example/otlp' }, /ENDPOINT is not a URL/],
    ['the host and port of gRPC', { GRAFANA_CLOUD_TEMPO_ENDPOINT: 'tempo-prod-01.grafana.net:443' }, /is not a URL/],
    ['a host of this machine', { GRAFANA_CLOUD_OTLP_ENDPOINT: 'localhost:4318/otlp' }, /is not a URL/],
    ['plain http to a public host', { GRAFANA_CLOUD_OTLP_ENDPOINT: 'http://otlp.example/otlp' }, /is not https/],
    [
      'a wrong path',
      { GRAFANA_CLOUD_PROMETHEUS_ENDPOINT: 'https://prometheus-prod-01-eu-west-0.grafana.net/push' },
      /has the path \/push, and Grafana Cloud answers at \/api\/prom\/push/,
    ],
    [
      'an endpoint with a query string',
      { GRAFANA_CLOUD_TEMPO_ENDPOINT: 'https://tempo.example/tempo?key=x' },
      /TEMPO_ENDPOINT has a query string: leave it out of the URL$/,
    ],
    ['a token of another kind', { GRAFANA_CLOUD_API_KEY: 'eyJrIjoi' }, /does not start with glc_/],
    ['a token with a line end', { GRAFANA_CLOUD_API_KEY: 'glc_abc\n' }, /API_KEY ends with a line end/],
    ['a wrapped token', { GRAFANA_CLOUD_API_KEY: 'glc_abc\r\ndef' }, /API_KEY has a line end in it/],
    ['a token in quotes', { GRAFANA_CLOUD_API_KEY: '"glc_abc"' }, /API_KEY has quotes around it/],
    ['a token with one quote', { GRAFANA_CLOUD_API_KEY: "glc_abc'" }, /API_KEY has a quote in it/],
    ['a token after a blank', { GRAFANA_CLOUD_API_KEY: ' glc_abc' }, /API_KEY begins with a blank/],
    ['a token before a blank', { GRAFANA_CLOUD_API_KEY: 'glc_abc\t' }, /API_KEY ends with a blank/],
    ['a token in typographic quotes', { GRAFANA_CLOUD_API_KEY: '“glc_abc”' }, /API_KEY has a character .* not ASCII/],
    ['a token with an invisible character', { GRAFANA_CLOUD_API_KEY: 'glc_\u200babc' }, /API_KEY .* not ASCII/],
    ['a placeholder', { GRAFANA_CLOUD_API_KEY: 'glc_<token>' }, /holds a character that no token has/],
    [
      'a token that was cut off',
      { GRAFANA_CLOUD_API_KEY: encodeToken({ n: 'alloy', k: 'secret' }).slice(0, -6) },
      /is not complete/,
    ],
    [
      'a token with more behind it',
      { GRAFANA_CLOUD_API_KEY: `${encodeToken({ k: 'abcd' })}eyJrIjoi` },
      /is not complete/,
    ],
    ['the token of a Grafana', { GRAFANA_CLOUD_API_KEY: 'glsa_abc' }, /glsa_ is the token of a service account/],
    [
      'a token of another region',
      { GRAFANA_CLOUD_API_KEY: encodeToken({ k: 'x', m: { r: 'prod-us-central-0' } }) },
      /API_KEY is a token of the region prod-us-central-0, and the endpoints are in eu-west-0/,
    ],
    [
      'an endpoint with a slash behind it',
      { GRAFANA_CLOUD_PROMETHEUS_ENDPOINT: 'https://prom.example/api/prom/push/' },
      /PROMETHEUS_ENDPOINT ends with a slash: leave it out/,
    ],
    ['an ID in quotes', { GRAFANA_CLOUD_LOKI_INSTANCE_ID: '"1419296"' }, /LOKI_INSTANCE_ID has quotes around it/],
    ['an ID before a blank', { GRAFANA_CLOUD_LOKI_INSTANCE_ID: '1419296 ' }, /LOKI_INSTANCE_ID ends with a blank/],
    [
      'an endpoint in quotes',
      { GRAFANA_CLOUD_LOKI_ENDPOINT: "'https://logs.example/loki/api/v1/push'" },
      /LOKI_ENDPOINT has quotes around it/,
    ],
    [
      'an endpoint before a line end',
      { GRAFANA_CLOUD_LOKI_ENDPOINT: 'https://logs.example/loki/api/v1/push\n' },
      /LOKI_ENDPOINT ends with a line end/,
    ],
  ])('are reported by name: %s', (_, change, message) => {
    const problems = findCloudProblems({ ...good, ...change });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });

  test('report the host of another service, where the path is right', () => {
    const endpoint = 'https://logs-prod-eu-west-0.grafana.net/api/prom/push';
    expect(findCloudProblems({ ...good, GRAFANA_CLOUD_PROMETHEUS_ENDPOINT: endpoint })).toEqual([
      'GRAFANA_CLOUD_PROMETHEUS_ENDPOINT leads to logs-prod-eu-west-0.grafana.net, which is a host of Loki',
    ]);
    // A relay of somebody may be called anything, and another cluster of Grafana Cloud otherwise.
    for (const host of ['logs-prod.example.net', 'mimir-prod-eu-west-0.grafana.net']) {
      const other = `https://${host}/api/prom/push`;
      expect(findCloudProblems({ ...good, GRAFANA_CLOUD_PROMETHEUS_ENDPOINT: other })).toEqual([]);
    }
  });

  test('report two endpoints that are swapped once, where the paths show it', () => {
    const swapped = {
      GRAFANA_CLOUD_OTLP_ENDPOINT: good.GRAFANA_CLOUD_PROMETHEUS_ENDPOINT,
      GRAFANA_CLOUD_PROMETHEUS_ENDPOINT: good.GRAFANA_CLOUD_OTLP_ENDPOINT,
    };
    expect(findCloudProblems({ ...good, ...swapped })).toEqual([
      "GRAFANA_CLOUD_OTLP_ENDPOINT and GRAFANA_CLOUD_PROMETHEUS_ENDPOINT are swapped: each has the path of the other's service",
    ]);
  });

  test('are not blamed for the path of a relay, which nobody knows without asking it', () => {
    const relay = { GRAFANA_CLOUD_PROMETHEUS_ENDPOINT: 'https://relay.example/metrics/push' };
    expect(findCloudProblems({ ...good, ...relay })).toEqual([]);
  });

  test('are all reported at once when none is set', () => {
    expect(findCloudProblems({})).toHaveLength(9);
  });

  test.each([
    [
      'the other',
      ['GRAFANA_CLOUD_LOKI_INSTANCE_ID'],
      'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID is 1, which is GRAFANA_CLOUD_LOKI',
    ],
    [
      'the first',
      ['GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID'],
      'GRAFANA_CLOUD_LOKI_INSTANCE_ID is 1, which is GRAFANA_CLOUD_PROM',
    ],
  ])('report an ID of two services, and not the one that was made up: %s', (_, madeUp, message) => {
    const ids = { GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID: '1', GRAFANA_CLOUD_LOKI_INSTANCE_ID: '1' };
    expect(findCloudProblems({ ...good, ...ids }, madeUp)).toEqual([expect.stringContaining(message)]);
  });

  test('report one ID of several services once, and blame none of them, which nobody can know', () => {
    const two = { GRAFANA_CLOUD_OTLP_INSTANCE_ID: '2847239' };
    expect(findCloudProblems({ ...good, ...two })).toEqual([
      'GRAFANA_CLOUD_OTLP_INSTANCE_ID and GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID are the same, 2847239, and each Grafana Cloud service has an instance ID of its own: one of the two is wrong',
    ]);
    expect(findCloudProblems({ ...good, ...two, GRAFANA_CLOUD_TEMPO_INSTANCE_ID: '2847239' })).toEqual([
      expect.stringMatching(/^\w+, \w+ and GRAFANA_CLOUD_TEMPO_INSTANCE_ID are .* at most one of the 3 is right$/),
    ]);
  });

  test('never show the token, nor one that was pasted where an ID belongs', () => {
    const secret = 'glc_verysecret';
    const problems = findCloudProblems({
      ...good,
      GRAFANA_CLOUD_API_KEY: `${secret} `,
      GRAFANA_CLOUD_LOKI_INSTANCE_ID: secret,
    });
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toContain('verysecret');
  });

  test.each(['eyJrIjoiYWI=', 'glc_eyJ2', 'glsa_12ab', 'Xk92mQ', 'hunter2secret'])(
    'never show what may be a token where an ID belongs, however short: %s',
    (secret) => {
      const [problem, ...others] = findCloudProblems({ ...good, GRAFANA_CLOUD_LOKI_INSTANCE_ID: secret });
      expect(others).toEqual([]);
      expect(problem).toContain('GRAFANA_CLOUD_LOKI_INSTANCE_ID');
      expect(problem).not.toContain(secret.slice(-3));
    },
  );

  test('show an ID that was mistyped', () => {
    expect(findCloudProblems({ ...good, GRAFANA_CLOUD_LOKI_INSTANCE_ID: '14I9296' })).toEqual([
      'GRAFANA_CLOUD_LOKI_INSTANCE_ID is "14I9296": an instance ID is a number',
    ]);
  });
});

describe('a run against the mock', () => {
  const origin = 'http://127.0.0.1:4711';

  test('makes up what is unset so that it is well-formed', () => {
    expect(findCloudProblems(completeCloudVariables({}, origin))).toEqual([]);
  });

  test('keeps what was set, an empty value too', () => {
    const variables = completeCloudVariables({ ...good, GRAFANA_CLOUD_LOKI_ENDPOINT: '' }, origin);
    expect(variables).toEqual({ ...good, GRAFANA_CLOUD_LOKI_ENDPOINT: '' });
  });

  test.each([
    ['an ID', { GRAFANA_CLOUD_OTLP_INSTANCE_ID: '2847239' }],
    ['several IDs', { GRAFANA_CLOUD_OTLP_INSTANCE_ID: '2847239', GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID: '1461503' }],
    ['an endpoint', { GRAFANA_CLOUD_OTLP_ENDPOINT: 'notaurl' }],
    ['an empty token', { GRAFANA_CLOUD_API_KEY: '' }],
  ])('makes up the rest for %s that is tried out', (_, cloud) => {
    expect(completeCloudVariables(cloud, origin)).toEqual({
      ...completeCloudVariables({}, origin, 'x'),
      ...key(),
      ...cloud,
    });
    expect(listMadeUpVariables(cloud)).toHaveLength(9 - Object.keys(cloud).length);
    function key() {
      return { GRAFANA_CLOUD_API_KEY: expect.stringMatching(/^glc_/) };
    }
  });

  test.each(Object.keys(good))('makes up nothing for a stack that is described without %s', (name) => {
    const { [name as keyof typeof good]: _, ...cloud } = good;
    expect(completeCloudVariables(cloud, origin)).toEqual({ ...cloud, [name]: '' });
    expect(listMadeUpVariables(cloud)).toEqual([]);
    expect(findCloudProblems(completeCloudVariables(cloud, origin))).toEqual([
      expect.stringContaining(`${name} is not set`),
    ]);
  });

  test('moves the endpoints to the mock with the paths that were set', () => {
    const aimed = aimAtMock({ ...good, GRAFANA_CLOUD_OTLP_ENDPOINT: 'https://otlp.example/wrong' }, origin);
    expect(aimed.GRAFANA_CLOUD_OTLP_ENDPOINT).toBe(`${origin}/wrong`);
    expect(aimed.GRAFANA_CLOUD_PROMETHEUS_ENDPOINT).toBe(`${origin}/api/prom/push`);
    expect(aimed.GRAFANA_CLOUD_OTLP_INSTANCE_ID).toBe(good.GRAFANA_CLOUD_OTLP_INSTANCE_ID);
  });
});

test.each([
  ['127.0.0.1', true],
  ['localhost', true],
  ['10.1.2.3', true],
  ['172.20.0.1', true],
  ['[::1]', true],
  ['[fd00::1]', true],
  ['grafana-cloud', true],
  ['mock.internal', true],
  ['172.32.0.1', false],
  ['8.8.8.8', false],
  ['127.example.com', false],
  ['grafana.net', false],
])('%s is private: %s', (host, expected) => {
  expect(isPrivate(host)).toBe(expected);
});

test('the variables that configurations read are those of the shipped one, and all of Grafana Cloud', () => {
  const text = readFileSync(new URL('../../grafana-alloy/config.alloy', import.meta.url), 'utf8');
  const named = [...text.matchAll(/sys\.env\("([^"]+)"\)/g)].map(([, name]) => name);
  const overGrpc = 'GRAFANA_CLOUD_OTLP_GRPC_ENDPOINT';
  expect(new Set(CONFIGURATION_VARIABLES)).toEqual(new Set([...named, ...CLOUD_VARIABLES, overGrpc]));
});
