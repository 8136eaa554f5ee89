import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newSpanId, newTraceId, type TraceId } from '../../../otlp/ids.ts';
import { JSON_TYPE, startTestMock, type TestMock } from '../../testing/test-mock.ts';

type Span = {
  name: string;
  parent?: string;
  start?: number;
  ms?: number;
  attributes?: Record<string, unknown>;
  [field: string]: unknown;
};

const SECOND = 1_000_000_000n;
const NOON = 1_795_348_800n;
let running: TestMock;
const ids: Record<string, TraceId> = {};

const anyValue = (value: unknown): object => {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
};
const keyValues = (values: Record<string, unknown>) =>
  Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }));

/** Sends a trace, each resource in a request of its own; spans refer to their parents by name. */
async function send(
  label: string,
  offset: number,
  resources: readonly { resource: Record<string, unknown>; spans: readonly Span[] }[],
) {
  const traceId = newTraceId();
  ids[label] = traceId;
  const spanIds = new Map(resources.flatMap(({ spans }) => spans.map(({ name }) => [name, newSpanId()])));
  for (const { resource, spans } of resources) {
    const written = spans.map(({ name, parent, start = 0, ms = 10, attributes = {}, ...fields }) => {
      const startTime = (NOON + BigInt(offset)) * SECOND + BigInt(start) * 1_000_000n;
      return {
        traceId,
        spanId: spanIds.get(name),
        ...(parent && { parentSpanId: spanIds.get(parent) ?? newSpanId() }),
        name,
        startTimeUnixNano: String(startTime),
        endTimeUnixNano: String(startTime + BigInt(ms) * 1_000_000n),
        attributes: keyValues(attributes),
        ...fields,
      };
    });
    const body = {
      resourceSpans: [{ resource: { attributes: keyValues(resource) }, scopeSpans: [{ spans: written }] }],
    };
    expect(await running.post('otlp', '/otlp/v1/traces', JSON.stringify(body), JSON_TYPE)).toMatchObject({
      status: 200,
    });
  }
}

beforeAll(async () => {
  running = await startTestMock();
  await send('request', 0, [
    {
      resource: { 'service.name': 'api-service', 'service.instance.id': 'run-1', zone: 'b' },
      spans: [
        {
          name: 'GET /games',
          kind: 2,
          ms: 250,
          attributes: { 'http.response.status_code': 200, cached: false, ratio: 0.5 },
        },
        {
          name: 'handler',
          parent: 'GET /games',
          kind: 1,
          start: 1,
          ms: 200,
          attributes: { tags: ['x', 'y'], sizes: [1, 2], zone: 'a' },
        },
        {
          name: 'SELECT games',
          parent: 'handler',
          kind: 3,
          start: 2,
          ms: 50,
          attributes: { 'db.system': 'postgresql', tags: 'z' },
        },
      ],
    },
  ]);
  await send('failure', 10, [
    {
      resource: { 'service.name': 'api-service', 'service.instance.id': 'run-2' },
      spans: [
        {
          name: 'GET /fail',
          kind: 2,
          status: { code: 2, message: 'it broke' },
          attributes: {
            'http.response.status_code': 500,
            cached: true,
            empty: [],
            mixed: ['a', 1],
            constructor: 'of an object',
            text: 'two\nlines',
            日本: 'a',
          },
        },
      ],
    },
  ]);
  await send('message', 20, [
    { resource: { 'service.name': 'notification-daemon' }, spans: [{ name: 'publish', kind: 4, ms: 3000 }] },
    {
      resource: { 'service.name': 'bot-service' },
      spans: [{ name: 'consume', parent: 'publish', kind: 5, start: 5, ms: 4000, status: { code: 1 } }],
    },
  ]);
  await send('severed', -3600, [
    {
      resource: { 'service.name': 'severed' },
      spans: [
        { name: 'cut off', parent: 'nobody' },
        { name: 'below', parent: 'cut off' },
      ],
    },
  ]);
  await send('orphan', 30, [
    { resource: {}, spans: [{ name: 'lost', parent: 'nobody', attributes: { a: 'say "x"' } }] },
  ]);
});
afterAll(() => running[Symbol.asyncDispose]());

type Found = {
  traces: { traceID: string; spanSet: { matched: number; spans: { attributes?: unknown; name?: string }[] } }[];
};
const search = async (q: string, more: Record<string, string> = {}) =>
  (await running.json('tempo', `/tempo/api/search?${new URLSearchParams({ q, ...more })}`)) as Found;
const findLabel = (id: string) => Object.keys(ids).find((label) => ids[label] === id);

describe('a query finds the matching traces and spans', () => {
  test.each<[query: string, found: Record<string, number>]>([
    ['{}', { severed: 2, request: 3, failure: 1, message: 2, orphan: 1 }],
    ['{resource.service.name="api-service"}', { request: 3, failure: 1 }],
    ['{span.constructor != nil}', { failure: 1 }],
    ['{ resource.service.name = "api-service" && name = "handler" }', { request: 1 }],
    ['{resource.service.name="api-service" && resource.service.instance.id="run-2"}', { failure: 1 }],
    ['{.service.name=~"api-.*"}', { request: 3, failure: 1 }],
    ['{resource.service.name=~"api"}', {}],
    ['{resource.service.name!~"api-.*"}', { severed: 2, message: 2, orphan: 1 }],
    ['{resource.service.name!="api-service"}', { severed: 2, message: 2, orphan: 1 }],
    ['{resource.service.name=""}', { orphan: 1 }],
    ['{resource.zone!="a"}', { request: 3 }],
    ['{span.db.system="postgresql"}', { request: 1 }],
    ['{resource.db.system="postgresql"}', {}],
    ['{.db.system="postgresql"}', { request: 1 }],
    ['{.zone="a"}', { request: 1 }],
    ['{.zone="b"}', { request: 2 }],
    ['{span.http.response.status_code=200}', { request: 1 }],
    ['{span.http.response.status_code>=200 && span.http.response.status_code<500}', { request: 1 }],
    ['{span.http.response.status_code>499.5}', {}],
    ['{span.http.response.status_code=200.0}', {}],
    ['{span.http.response.status_code=200ns}', {}],
    ['{200=span.http.response.status_code}', { request: 1 }],
    ['{400<=span.http.response.status_code}', {}],
    ['{span.http.response.status_code + 1 = 501}', { failure: 1 }],
    ['{span.http.response.status_code=200 || span.http.response.status_code=500}', { request: 1, failure: 1 }],
    ['{span.http.response.status_code="200"}', {}],
    ['{span.cached=true}', { failure: 1 }],
    ['{span.cached!=true}', { request: 1 }],
    ['{span.ratio=0.5}', { request: 1 }],
    ['{span.ratio<1}', {}],
    ['{span.ratio<.75 && span.ratio>-1.0}', { request: 1 }],
    ['{span.tags="y"}', { request: 1 }],
    ['{span.tags!="z"}', { request: 1 }],
    ['{span.tags!="y"}', { request: 2 }],
    ['{span.empty!=nil}', {}],
    ['{span.empty=nil}', { severed: 2, request: 3, message: 2, orphan: 1 }],
    ['{span.mixed="a"}', {}],
    ['{span.db.system!=nil}', { request: 1 }],
    ['{span.db.system=nil && resource.service.name="api-service"}', { request: 2, failure: 1 }],
    ['{.zone=nil}', { severed: 2, request: 2, failure: 1, message: 2, orphan: 1 }],
    ['{nil!=.zone}', { request: 3 }],
    ['{!(span.db.system="postgresql")}', {}],
    ['{!(kind=client)}', {}],
    ['{!(kind=client) || name="handler"}', { request: 1 }],
    ['{!(span.db.system="postgresql") && resource.zone="b"}', {}],
    ['{!(span.db.system=nil) && resource.zone="b"}', {}],
    ['{span.text="two\\nlines"}', { failure: 1 }],
    ['{span.text=~"two.lines"}', { failure: 1 }],
    ['{span.日本="a"}', { failure: 1 }],
    ['{.日本="a"}', { failure: 1 }],
    ['{span.a="say \\"x\\""}', { orphan: 1 }],
    ['{span.a=`say "x"`}', { orphan: 1 }],
    ['{"handler"=name}', { request: 1 }],
    ['{name="GET /games"}', { request: 1 }],
    ['{span:name="GET /games"}', { request: 1 }],
    ['{status=error}', { failure: 1 }],
    ['{status=ok}', { message: 1 }],
    ['{status!=unset}', { failure: 1, message: 1 }],
    ['{statusMessage="it broke"}', { failure: 1 }],
    ['{kind=server}', { request: 1, failure: 1 }],
    ['{kind=consumer || kind=producer}', { message: 2 }],
    ['{duration>100ms}', { request: 2, message: 2 }],
    ['{duration=250ms}', { request: 1 }],
    ['{duration>=3s && duration<=3.5s}', { message: 1 }],
    ['{duration=3s1s}', { message: 1 }],
    ['{duration>1m1s}', {}],
    ['{duration>2s1000ms}', { message: 1 }],
    ['{traceDuration>1s}', { message: 2 }],
    ['{rootName="publish"}', { message: 2 }],
    ['{rootServiceName="notification-daemon" && name="consume"}', { message: 1 }],
    ['{rootName=""}', { severed: 2, orphan: 1 }],
    ['{nestedSetParent<0}', { request: 1, failure: 1, message: 1 }],
    ['{span:childCount=1}', { request: 2, message: 1 }],
    ['{name="handler" || name="publish" && kind=server}', {}],
    ['{name="handler" || (name="publish" && kind=server)}', { request: 1 }],
    ['{name="handler"} || {name="publish"} && {kind=server}', { request: 2 }],
    ['{(name="handler" || name="publish") && kind=server}', {}],
    ['{name="GET /games"} && {name="SELECT games"}', { request: 2 }],
    ['{name="GET /games"} && {name="publish"}', {}],
    ['{name="GET /games"} || {name="publish"}', { request: 1, message: 1 }],
    ['{name="GET /games"} > {name="handler"}', { request: 1 }],
    ['{name="GET /games"} > {name="SELECT games"}', {}],
    ['{name="GET /games"} >> {name="SELECT games"}', { request: 1 }],
    ['{name="GET /games"} >> {}', { request: 2 }],
    ['{resource.service.name="notification-daemon"} > {resource.service.name="bot-service"}', { message: 1 }],
    ['{name="handler"} >> {name="GET /games"}', {}],
    ['({name="GET /games"} || {name="handler"}) > {}', { request: 2 }],
    ['{name="SELECT games"} < {}', { request: 1 }],
    ['{name="SELECT games"} << {}', { request: 2 }],
    ['{name="SELECT games"} ~ {}', {}],
    ['{name="GET /games"} !> {name="SELECT games"}', { request: 1 }],
    ['{name="GET /games"} !>> {name="SELECT games"}', {}],
    ['{name="GET /games"} &> {name="handler"}', { request: 2 }],
    ['{name="cut off"} > {name="below"}', {}],
    ['{name="cut off"} >> {name="below"}', {}],
    ['{name="cut off"} && {name="below"}', { severed: 2 }],
    ['{name="handler"} | {kind=internal}', { request: 1 }],
    ['{resource.zone="b"} | count() > 2', { request: 3 }],
    ['{resource.zone="b"} | count() > 3', {}],
    ['{} | avg(duration) > 2s', { message: 2 }],
    ['{} | max(span.http.response.status_code) >= 500', { failure: 1 }],
    ['{name="handler"} | select(span.zone)', { request: 1 }],
    ['{true}', { severed: 2, request: 3, failure: 1, message: 2, orphan: 1 }],
    ['{false}', {}],
  ])('%s', async (query, found) => {
    const { traces } = await search(query);
    expect(Object.fromEntries(traces.map(({ traceID, spanSet }) => [findLabel(traceID), spanSet.matched]))).toEqual(
      found,
    );
  });
});

describe('an answer', () => {
  test('shows the attributes that the query names, and the name, status and kind if it names them', async () => {
    const { traces } = await search(
      '{resource.service.name="api-service" && status=error && kind=server && name=~".*fail"}',
    );
    expect(traces).toEqual([
      {
        traceID: ids.failure,
        rootServiceName: 'api-service',
        rootTraceName: 'GET /fail',
        startTimeUnixNano: '1795348810000000000',
        durationMs: 10,
        spanSet: {
          matched: 1,
          spans: [
            {
              spanID: expect.stringMatching(/^[0-9a-f]{16}$/),
              name: 'GET /fail',
              startTimeUnixNano: '1795348810000000000',
              durationNanos: '10000000',
              attributes: [
                { key: 'status', value: { stringValue: 'error' } },
                { key: 'kind', value: { stringValue: 'server' } },
                { key: 'service.name', value: { stringValue: 'api-service' } },
              ],
            },
          ],
        },
        spanSets: [expect.objectContaining({ matched: 1 })],
        serviceStats: { 'api-service': { spanCount: 1, errorCount: 1 } },
      },
    ]);
  });
  test('lists the newest trace first, at most as many as requested, with three spans each', async () => {
    expect((await search('{}')).traces.map(({ traceID }) => findLabel(traceID))).toEqual([
      ...['orphan', 'message', 'failure', 'request', 'severed'],
    ]);
    expect((await search('{}', { limit: '2' })).traces).toHaveLength(2);
    const [request] = (await search('{resource.zone="b"}', { spss: '1' })).traces;
    expect(request?.spanSet).toMatchObject({ matched: 3, spans: [expect.anything()] });
  });
  test('lists only traces of the requested time', async () => {
    const within = { start: String(NOON + 5n), end: String(NOON + 15n) };
    expect((await search('{}', within)).traces.map(({ traceID }) => findLabel(traceID))).toEqual(['failure']);
  });
});

test.each([
  ['{service.name="x"}', 'invalid TraceQL query: parse error at line 1, col 2: unknown identifier: service'],
  ['{name=nil}', 'invalid TraceQL query: name=nil is not valid because intrinsics cannot be nil'],
  ['{kind>server}', 'invalid TraceQL query: illegal operation for the given types: kind > server'],
  ['{5}', 'invalid TraceQL query: span filter field expressions must resolve to a boolean: { 5 }'],
  ['{"x"}', 'invalid TraceQL query: span filter field expressions must resolve to a boolean: { `x` }'],
  ['{.a = 1', 'invalid TraceQL query: parse error at line 1, col 8: syntax error: unexpected $end'],
  ['{.a == 1}', 'invalid TraceQL query: parse error at line 1, col 6: syntax error: unexpected ='],
  ['{.a = "x\\q"}', 'invalid TraceQL query: parse error at line 1, col 7: invalid char escape'],
  ['{.a = 1e400}', /strconv.ParseFloat: parsing "1e400": value out of range/],
  ['{span:foo=1}', 'invalid TraceQL query: parse error at line 1, col 7: syntax error: unexpected IDENTIFIER'],
  ['{resource.service.name=nil}', /resource.service.name=nil is not valid because resource.service.name cannot be nil/],
  ['{} | avg(name) > 1', /aggregate field expressions must resolve to a number type: avg\(name\)/],
  ['{-"a" = 1}', 'invalid TraceQL query: illegal operation for the given type: -`a`'],
  ['{', /unexpected \$end/],
  ['{span.a=}', /parse error/],
  ['{span.a="x" span.b="y"}', /parse error/],
  ['hello', /parse error/],
  ['{toString = 1}', 'invalid TraceQL query: parse error at line 1, col 2: unknown identifier: toString'],
  ['{.a constructor}', 'invalid TraceQL query: parse error at line 1, col 5: syntax error: unexpected IDENTIFIER'],
  ['{name=5}', 'invalid TraceQL query: binary operations must operate on the same type: name = 5'],
  ['{status="error"}', 'invalid TraceQL query: binary operations must operate on the same type: status = `error`'],
  ['{span.a=~"("}', 'invalid TraceQL query: invalid regex: `(`'],
  ['{parent.span.a="x"}', 'invalid TraceQL query: parent not yet supported'],
])('%s is a 400 in plain text', async (q, problem) => {
  const { status, type, text } = await running.get('tempo', `/tempo/api/search?${new URLSearchParams({ q })}`);
  expect({ status, type }).toEqual({ status: 400, type: 'text/plain; charset=utf-8' });
  expect(text).toEqual(typeof problem === 'string' ? problem : expect.stringMatching(problem));
});

test.each([
  [{ q: '{span.a="x"} | by(span.b)' }, /does not evaluate by\(\); a real Tempo does/],
  [{ q: '({} | count() > 2) && {}' }, /does not evaluate a pipeline in parentheses/],
  [{ q: '{} | rate()' }, /does not evaluate/],
  [{ q: '{span.a="x"} &>> {span.b="y"}' }, /does not evaluate "&>>"/],
  [{ q: '{event.name="x"}' }, /does not evaluate the scope of "event.name"/],
  [{ tags: 'service.name=api' }, /does not evaluate a search by tags/],
])('%j is a 501 that says that only the mock does not evaluate it', async (parameters, problem) => {
  const answer = await running.get('tempo', `/tempo/api/search?${new URLSearchParams(parameters)}`);
  expect(answer).toMatchObject({ status: 501, text: expect.stringMatching(problem) });
});

test.each([
  ['start=100', 'http parameter start must be before end. received start=100 end=0'],
  ['end=100', 'error parsing date range: only one of start and end provided: must provide both or neither'],
  ['start=100&end=100', 'http parameter start must be before end. received start=100 end=100'],
  ['spss=101', 'spans per span set exceeds 100. received 101'],
  ['limit=300000', 'limit 300000 exceeds max limit 262144'],
])('a search with %s is a 400', async (parameters, text) => {
  expect(await running.get('tempo', `/tempo/api/search?q=%7B%7D&${parameters}`)).toMatchObject({ status: 400, text });
});

test.each([
  ['{span.http.response.status_code / 0 = 1}', 'division by zero'],
  ['{!span.ratio}', 'expected a boolean, but got float'],
  ['{-span.text = 1}', 'expected a numeric, but got string'],
  ['{span.tags = span.tags}', 'array operators must consist of a scalar and an array operand'],
  ['{span.sizes + 1 = 2}', 'unsupported operation'],
  ['{span.tags !~ "q"}', 'unexpected numbers of pre-compiled regexp'],
  ['{span:id > "a"}', 'operator not supported for IDs: >'],
])('%s fails on the spans that it meets', async (q, text) => {
  expect(await running.get('tempo', `/tempo/api/search?${new URLSearchParams({ q })}`)).toMatchObject({
    status: 500,
    text,
  });
});

describe('a trace by ID', () => {
  test('that nobody sent is empty in API v2 and a 404 in v1', async () => {
    const id = newTraceId();
    expect(await running.json('tempo', `/tempo/api/v2/traces/${id}`)).toEqual({
      trace: {},
      metrics: { inspectedBytes: '0' },
    });
    expect(await running.get('tempo', `/tempo/api/traces/${id}`)).toMatchObject({ status: 404 });
  });
  test('that arrived in two requests is complete, under both resources', async () => {
    const { batches } = (await running.json('tempo', `/tempo/api/traces/${ids.message}`)) as { batches: unknown[] };
    expect(batches).toHaveLength(2);
  });
  test.each([
    ['xyz', "trace IDs can only contain hex characters: invalid character 'x' at position 1"],
    ['0'.repeat(33), "trace IDs can't be larger than 128 bits"],
  ])('%s is a 400', async (id, text) => {
    for (const path of ['traces', 'v2/traces']) {
      expect(await running.get('tempo', `/tempo/api/${path}/${id}`)).toMatchObject({ status: 400, text });
    }
  });
  test('is found without its leading zeros', async () => {
    const body = {
      resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: `${'0'.repeat(30)}ab`, spanId: newSpanId() }] }] }],
    };
    await running.post('otlp', '/otlp/v1/traces', JSON.stringify(body), JSON_TYPE);
    expect(await running.get('tempo', '/tempo/api/traces/AB')).toMatchObject({ status: 200 });
  });
});

test('a span that was sent twice is found once', async () => {
  const span = { traceId: newTraceId(), spanId: newSpanId(), name: 'retried' };
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
  for (let attempt = 0; attempt < 2; attempt++) await running.post('otlp', '/otlp/v1/traces', body, JSON_TYPE);
  expect((await search('{name="retried"}')).traces[0]?.spanSet.matched).toBe(1);
});

test('a search ends even if spans are each other’s parents', async () => {
  const [traceId, a, b] = [newTraceId(), newSpanId(), newSpanId()];
  const spans = [
    { traceId, spanId: a, parentSpanId: b, name: 'loop-a' },
    { traceId, spanId: b, parentSpanId: a, name: 'loop-b' },
  ];
  await running.post(
    'otlp',
    '/otlp/v1/traces',
    JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
    JSON_TYPE,
  );
  expect((await search('{name="loop-a"} >> {name="loop-b"}')).traces).toHaveLength(0);
  expect((await search('{name="loop-a"} && {name="loop-b"}')).traces).toHaveLength(1);
});
