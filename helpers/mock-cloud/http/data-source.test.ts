import { compress } from 'snappyjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WriteRequest } from '../../otlp/remote-write.ts';
import { JSON_TYPE, REMOTE_WRITE, startTestMock, type TestMock } from '../testing/test-mock.ts';

/** What a Grafana asks of its data sources; the shapes are those of Prometheus 3, Loki 3 and Tempo 3. */
const NOW = 1_795_341_600_000;
const nanos = (age = 0) => String(BigInt(NOW - age) * 1_000_000n);
const value = (held: unknown) =>
  typeof held === 'number' ? { intValue: String(held) } : { stringValue: String(held) };
const list = (attributes: object) => Object.entries(attributes).map(([key, held]) => ({ key, value: value(held) }));

let running: TestMock;
beforeAll(async () => {
  running = await startTestMock({ now: () => NOW });
  const build = (service: string, spans: object[]) => ({
    resource: { attributes: list({ 'service.name': service }) },
    scopeSpans: [{ scope: { name: 'lib' }, spans }],
  });
  const span = (id: number, name: string, more: object) => ({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: String(id).padStart(16, '0'),
    name,
    startTimeUnixNano: nanos(1000),
    endTimeUnixNano: nanos(),
    ...more,
  });
  const exception = { name: 'exception', timeUnixNano: nanos(), attributes: list({ 'exception.type': 'Boom' }) };
  const resourceSpans = [
    build('api', [span(1, 'GET /games', { kind: 2, attributes: list({ 'http.status': 200 }) })]),
    build('db', [
      span(2, 'SELECT', {
        kind: 3,
        parentSpanId: '0000000000000001',
        attributes: list({ 'db.system': '' }),
        events: [exception],
      }),
    ]),
  ];
  await running.post('otlp', '/otlp/v1/traces', JSON.stringify({ resourceSpans }), JSON_TYPE);
  const streams = [
    {
      stream: { service_name: 'api', env: 'test' },
      values: [
        [nanos(2000), 'four'],
        [nanos(1000), 'nine char'],
      ],
    },
    { stream: { service_name: 'bot' }, values: [[nanos(3000), 'x']] },
    { stream: { service_name: 'old' }, values: [[nanos(7_200_000), 'x']] },
  ];
  const pushed = await running.post('loki', '/loki/api/v1/push', JSON.stringify({ streams }), JSON_TYPE);
  expect(pushed).toMatchObject({ status: 204 });
  const timeseries = [{ labels: [{ name: '__name__', value: 'up' }], samples: [{ value: 1, timestamp: BigInt(NOW) }] }];
  await running.post('prometheus', '/api/prom/push', compress(WriteRequest.encode({ timeseries })), REMOTE_WRITE);
});
afterAll(() => running[Symbol.asyncDispose]());

const BUILD = { version: expect.stringMatching(/^3\.\d+\.\d+$/), revision: '', goVersion: '' };

describe('Prometheus', () => {
  test.each([
    ['status/buildinfo', expect.objectContaining(BUILD)],
    ['metadata?limit=2', {}],
    ['rules', { groups: [] }],
    ['alerts', { alerts: [] }],
    ['query_exemplars?query=up', []],
    ['labels', ['__name__']],
    ['label/__name__/values', ['up']],
    ['series?match[]=up', [{ __name__: 'up' }]],
  ])('%s', async (path, data) => {
    expect(await running.json('prometheus', `/api/prom/api/v1/${path}`)).toEqual({ status: 'success', data });
  });
});

describe('Loki', () => {
  const ask = (path: string, parameters: Record<string, string> = {}) =>
    running.get('loki', `/loki/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const json = async (path: string, parameters: Record<string, string> = {}) =>
    JSON.parse((await ask(path, parameters)).text);
  const every = '{service_name=~".+"}';

  test('status/buildinfo, not wrapped in data', async () => {
    expect(await json('status/buildinfo')).toMatchObject(BUILD);
  });
  test('the sum that tests the connection', async () => {
    const time = String(NOW / 1000);
    expect(await json('query', { query: 'vector(1)+vector(1)', time })).toEqual({
      status: 'success',
      data: { resultType: 'vector', result: [{ metric: {}, value: [NOW / 1000, '2'] }] },
    });
  });
  test('series are those of the last hour, or of the range', async () => {
    const api = { service_name: 'api', env: 'test' };
    expect(await json('series')).toEqual({ status: 'success', data: [api, { service_name: 'bot' }] });
    expect((await json('series', { 'match[]': '{env="test"}' })).data).toEqual([api]);
    expect((await json('series', { 'match[]': '{env="nope"}' })).data).toEqual([]);
    const start = { start: nanos(8_000_000) };
    expect((await json('series', start)).data).toContainEqual({ service_name: 'old' });
  });
  test('index/stats counts what a selector matches', async () => {
    expect(await json('index/stats', { query: every })).toEqual({
      streams: 2,
      chunks: 2,
      bytes: 14 + 3 * 21,
      entries: 3,
    });
    expect(await json('index/stats', { query: '{env="nope"}' })).toEqual({
      streams: 0,
      chunks: 0,
      bytes: 0,
      entries: 0,
    });
  });
  test('index/volume is the largest first, by the labels that the selector or the targets name', async () => {
    const { data } = await json('index/volume', { query: every });
    expect(data).toMatchObject({
      resultType: 'vector',
      result: [
        { metric: { service_name: 'api' }, value: [NOW / 1000, String(13 + 2 * 21)] },
        { metric: { service_name: 'bot' }, value: [NOW / 1000, String(1 + 21)] },
      ],
    });
    const byEnv = await json('index/volume', { query: every, targetLabels: 'env' });
    expect(byEnv.data.result).toMatchObject([{ metric: { env: 'test' } }]);
    expect((await json('index/volume', { query: every, limit: '1' })).data.result).toHaveLength(1);
  });
  test.each(['series', 'index/stats', 'index/volume'])('%s takes selectors only', async (path) => {
    const text = '{env="test"} |= "x"';
    expect(await ask(path, { query: text, 'match[]': text })).toMatchObject({
      status: 400,
      text: 'only label matchers are supported',
    });
  });
  test.each(['query_range', 'series', 'labels', 'label/env/values', 'index/stats', 'index/volume'])(
    '%s of more than 30 days and an hour is refused',
    async (path) => {
      const query = '{env="test"}';
      expect(await ask(path, { query, since: '721h' })).toMatchObject({ status: 200 });
      expect(await ask(path, { query, start: '1790000000', end: '1795000000' })).toMatchObject({
        status: 400,
        text: 'the query time range exceeds the limit (query length: 1388h53m20s, limit: 30d1h)',
      });
    },
  );
  test.each(['labels', 'label'])('%s', async (path) => {
    expect(await json(path)).toEqual({ status: 'success', data: ['env', 'service_name'] });
  });
});

describe('Tempo', () => {
  const ask = (path: string) => running.get('tempo', `/tempo/api/${path}`);
  const json = async (path: string) => JSON.parse((await ask(path)).text);

  test('status/buildinfo, not wrapped in data', async () => {
    expect(await json('status/buildinfo')).toMatchObject(BUILD);
  });
  test('tags', async () => {
    expect(await json('search/tags')).toEqual({
      tagNames: ['db.system', 'exception.type', 'http.status', 'service.name'],
      metrics: {},
    });
    expect((await json('search/tags?limit=1')).tagNames).toEqual(['db.system']);
    expect((await json('search/tags?scope=resource')).tagNames).toEqual(['service.name']);
  });
  test('tags by scope', async () => {
    expect(await json('v2/search/tags')).toEqual({
      scopes: [
        { name: 'resource', tags: ['service.name'] },
        { name: 'span', tags: ['db.system', 'http.status'] },
        { name: 'event', tags: ['exception.type'] },
        { name: 'intrinsic', tags: expect.arrayContaining(['duration', 'name', 'rootName', 'span:status', 'status']) },
      ],
      metrics: {},
    });
    expect((await json('v2/search/tags?scope=span')).scopes).toEqual([
      { name: 'span', tags: ['db.system', 'http.status'] },
    ]);
    expect(await ask('v2/search/tags?scope=nope')).toMatchObject({ status: 400, text: 'invalid scope: nope' });
    expect((await json('v2/search/tags?start=1&end=2')).scopes).toMatchObject([{ name: 'intrinsic' }]);
  });
  test('values', async () => {
    expect(await json('search/tag/service.name/values')).toEqual({ tagValues: ['api', 'db'], metrics: {} });
    expect((await json('search/tag/name/values')).tagValues).toEqual(['GET /games', 'SELECT']);
    expect((await json('search/tag/nope/values')).tagValues).toEqual([]);
  });
  test.each<[tag: string, values: object[]]>([
    [
      'resource.service.name',
      [
        { type: 'string', value: 'api' },
        { type: 'string', value: 'db' },
      ],
    ],
    [
      '.service.name',
      [
        { type: 'string', value: 'api' },
        { type: 'string', value: 'db' },
      ],
    ],
    ['span.service.name', []],
    ['span.http.status', [{ type: 'int', value: '200' }]],
    ['span.db.system', [{ type: 'string' }]],
    ['event.exception.type', [{ type: 'string', value: 'Boom' }]],
    [
      'name',
      [
        { type: 'string', value: 'GET /games' },
        { type: 'string', value: 'SELECT' },
      ],
    ],
    ['rootName', [{ type: 'string', value: 'GET /games' }]],
    ['trace:rootService', [{ type: 'string', value: 'api' }]],
    ['event:name', [{ type: 'string', value: 'exception' }]],
    ['instrumentation:name', [{ type: 'string', value: 'lib' }]],
    ['status', ['ok', 'error', 'unset'].map((text) => ({ type: 'keyword', value: text }))],
    ['duration', []],
  ])('typed values of %s', async (tag, values) => {
    const { tagValues } = await json(`v2/search/tag/${encodeURIComponent(tag)}/values`);
    expect(tagValues).toHaveLength(values.length);
    for (const expected of values) expect(tagValues).toContainEqual(expected);
  });
  test('typed values of the spans that a query matches; one that is being typed is ignored', async () => {
    const of = async (q: string) => (await json(`v2/search/tag/name/values?${new URLSearchParams({ q })}`)).tagValues;
    expect(await of('{resource.service.name="db"}')).toEqual([{ type: 'string', value: 'SELECT' }]);
    expect(await of('{resource.service.name="')).toHaveLength(2);
    expect(await of('{}')).toHaveLength(2);
  });
  test('values of no tag are refused', async () => {
    expect(await ask('v2/search/tag/nope/values')).toMatchObject({
      status: 400,
      text: 'please provide a valid tagName: failed to parse identifier nope: parse error at line 1, col 2: unknown identifier: nope',
    });
  });
});
