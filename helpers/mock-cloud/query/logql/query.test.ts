import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JSON_TYPE, startTestMock, type TestMock } from '../../testing/test-mock.ts';
import { parseGoDuration } from './quantity.ts';

const SECOND = 1_000_000_000n;
const NOON = 1_795_348_800n;
let running: TestMock;
beforeAll(async () => {
  running = await startTestMock({ now: () => Number(NOON) * 1000 });
  const values = ['started', 'GET /health 200', 'GET /games 500 error', 'stopped "now"'].map((line, index) => [
    String((NOON + BigInt(index)) * SECOND),
    line,
    {
      trace_id: `trace-${index}`,
      level: index === 2 ? 'error' : 'info',
      ...(index < 3 && { took: ['250ms', '1.5s', 'long'][index], size: ['9KB', '10KB', '10KiB'][index] }),
    },
  ]);
  const streams = [
    { stream: { service_name: 'api-service', env: 'test' }, values },
    { stream: { service_name: 'bot-service' }, values: [[String((NOON + 9n) * SECOND), 'ready']] },
  ];
  const answer = await running.post('loki', '/loki/api/v1/push', JSON.stringify({ streams }), JSON_TYPE);
  expect(answer).toMatchObject({ status: 204, text: '' });
});
afterAll(() => running[Symbol.asyncDispose]());

const RANGE = { start: String(NOON), end: String(NOON + 60n) };
const query = (text: string, more: Record<string, string> = {}) =>
  running.get('loki', `/loki/api/v1/query_range?${new URLSearchParams({ query: text, ...RANGE, ...more })}`);
const lines = async (text: string, more: Record<string, string> = {}) => {
  const { data } = JSON.parse((await query(text, more)).text) as { data: { result: { values: [string, string][] }[] } };
  const values = data.result.flatMap((stream) => stream.values);
  return values.map(([, line]) => line);
};

describe('a query finds the matching lines', () => {
  const [STARTED, HEALTH, GAMES, STOPPED] = ['started', 'GET /health 200', 'GET /games 500 error', 'stopped "now"'];
  test.each<[query: string, lines: (string | undefined)[]]>([
    ['{service_name="api-service"}', [STARTED, HEALTH, GAMES, STOPPED]],
    ['{service_name=~"api.*|bot.*"}', [STARTED, HEALTH, GAMES, STOPPED, 'ready']],
    ['{service_name=~"api"}', []],
    ['{service_name!="api-service", service_name=~".+"}', ['ready']],
    ['{service_name!~"bot.*", service_name=~".+"}', [STARTED, HEALTH, GAMES, STOPPED]],
    ['{service_name="api-service", env=""}', []],
    ['{service_name="api-service"} |= "GET"', [HEALTH, GAMES]],
    ['{service_name="api-service"} |= "GET" != "500"', [HEALTH]],
    ['{service_name="api-service"} |~ "GET /(health|x)"', [HEALTH]],
    ['{service_name="api-service"} !~ `^(GET|st)`', []],
    ['{service_name="api-service"} |= "\\"now\\""', [STOPPED]],
    ['{service_name="api-service"} | trace_id="trace-2"', [GAMES]],
    ['{service_name="api-service"} | trace_id!="trace-2" | trace_id!="trace-0"', [HEALTH, STOPPED]],
    ['{service_name="api-service"} | trace_id=~"trace-[01]"', [STARTED, HEALTH]],
    ['{service_name="api-service"} | trace_id!~"trace-[01]"', [GAMES, STOPPED]],
    ['{service_name="api-service"} | level="error" or trace_id="trace-0"', [STARTED, GAMES]],
    ['{service_name="api-service"} | level="info" and trace_id="trace-0"', [STARTED]],
    ['{service_name="api-service"} | level="info", trace_id="trace-1"', [HEALTH]],
    ['{service_name="api-service"} | (level="info")', [STARTED, HEALTH, STOPPED]],
    ['{service_name="api-service"} | env="test" |= "started"', [STARTED]],
    ['{service_name="api-service"} | nosuch=""', [STARTED, HEALTH, GAMES, STOPPED]],
    ['{trace_id="trace-1"}', []],
    ['{service_name="api-service"} |= "started" or "GAMES" or "500"', [STARTED, GAMES]],
    ['{service_name="api-service"} != "GET" or "started"', [STOPPED]],
    ['{service_name="api-service"} |= "started" or ""', [STARTED]],
    ['{service_name="api-service"} |~ "^st" or "500"', [STARTED, GAMES, STOPPED]],
    ['{service_name="api-service"} |> "GET <_> 200"', [HEALTH]],
    ['{service_name="api-service"} !> "GET <_>"', [STARTED, STOPPED]],
    ['{service_name="api-service"} | took > 1s', [HEALTH, GAMES]],
    ['{service_name="api-service"} | took > 1s | __error__=""', [HEALTH]],
    ['{service_name="api-service"} | took <= 250ms | __error__!="LabelFilterErr"', [STARTED]],
    ['{service_name="api-service"} | size > 9KB', [HEALTH, GAMES]],
    ['{service_name="api-service"} | size = 10KiB', [HEALTH]],
    ['{service_name="api-service"} | nosuch > 5', []],
    ['{service_name="api-service"} | level="error" or level="info" and trace_id="trace-0"', [STARTED, GAMES]],
    ['{service_name="api-service"} | trace_id="trace-1", level="error" or level="info"', [HEALTH]],
    ['{service_name="api-service"} # and a comment', [STARTED, HEALTH, GAMES, STOPPED]],
  ])('%s', async (text, found) => expect(await lines(text, { direction: 'forward' })).toEqual(found));
});

test.each<[expression: string, levels: string[]]>([
  ['err', []],
  ['err.*', ['error']],
  ['r.*', ['error']],
  ['.*nf.*', ['info']],
  ['r.+', []],
  ['^r.*', []],
  ['error|in', ['error']],
  ['r.*|in', ['error']],
  ['er(r|x.*)', ['error']],
  ['.+', ['error', 'info']],
  ['', ['error', 'info']],
  ['.*|error', ['error']],
  ['(?i)ERROR', ['error']],
  ['[ei].*', ['error', 'info']],
])('the expression "%s" of a label filter finds %o, anchored only where Loki does', async (expression, levels) => {
  const answer = await query(`{service_name="api-service"} | level=~"${expression}"`);
  const { data } = JSON.parse(answer.text) as { data: { result: { stream: { level: string } }[] } };
  expect([...new Set(data.result.map(({ stream }) => stream.level))].sort()).toEqual(levels);
});

test('a line whose label cannot be compared shows the error', async () => {
  const answer = await query('{service_name="api-service"} | took > 1s | trace_id="trace-2"');
  expect(JSON.parse(answer.text)).toMatchObject({
    data: {
      result: [
        { stream: { __error__: 'LabelFilterErr', __error_details__: 'time: invalid duration "long"', took: 'long' } },
      ],
    },
  });
});

test('a name that every object has is no unit', () => {
  expect(parseGoDuration('5constructor')).toEqual({
    problem: 'time: unknown unit "constructor" in duration "5constructor"',
  });
});

test('the newest lines come first, or the oldest if requested, up to the limit', async () => {
  const all = '{service_name="api-service"}';
  const newest = (await lines(all, { limit: '2' })).toSorted();
  expect(newest).toEqual(['GET /games 500 error', 'stopped "now"']);
  expect(await lines(all, { limit: '2', direction: 'forward' })).toEqual(['started', 'GET /health 200']);
});

test('times are nanoseconds, seconds or RFC 3339, and the end is excluded', async () => {
  const all = '{service_name="api-service"}';
  const [start, end] = [NOON + 1n, NOON + 3n];
  const found = ['GET /games 500 error', 'GET /health 200'];
  const date = (seconds: bigint) => new Date(Number(seconds) * 1000).toISOString();
  expect(await lines(all, { start: String(start), end: String(end) })).toEqual(found);
  expect(await lines(all, { start: String(start * SECOND), end: String(end * SECOND) })).toEqual(found);
  expect(await lines(all, { start: date(start), end: date(end) })).toEqual(found);
});

test('the listed labels are those of the index, without the metadata', async () => {
  expect(await running.json('loki', '/loki/api/v1/labels')).toMatchObject({ data: ['env', 'service_name'] });
  expect(await running.json('loki', '/loki/api/v1/label/service_name/values')).toMatchObject({
    data: ['api-service', 'bot-service'],
  });
});

test.each([
  ['{', {}, /parse error at line 1, col 2: syntax error: unexpected \$end/],
  ['{}', {}, /parse error|at least one regexp or equality matcher/],
  ['{service_name=~".*"}', {}, /at least one regexp or equality matcher/],
  ['{service_name="x"} | duration > "5"', {}, /line 1, col 33: syntax error: unexpected STRING/],
  ['{service_name="x"} |> "<_><_>"', {}, /consecutive capture/],
  ['{service_name=x}', {}, /line 1, col 15: syntax error: unexpected IDENTIFIER/],
  ['{service_name="x"} | env', {}, /syntax error: unexpected \$end/],
  ['{service_name="x"} | env =~ "("', {}, /missing closing \)/],
  ['{service_name="x"} |~ "("', {}, /missing closing \)/],
  ['{service_name="x"}', { limit: '0' }, /limit must be a positive value/],
  ['{service_name="x"}', { limit: '6000' }, /max entries limit per query exceeded/],
  ['{service_name="x"}', { start: 'yesterday' }, /could not parse 'start'/],
  ['{service_name="x"}', { direction: 'up' }, /invalid direction/],
])('%s with %o is a 400 in plain text', async (text, more, problem) => {
  const answer = await query(text, more);
  expect(answer).toMatchObject({ status: 400, type: 'text/plain; charset=utf-8' });
  expect(answer.text).toMatch(problem);
});

test.each([
  ['{service_name="x"} | json', /does not evaluate "\| ?json"; a real Loki does/],
  ['{service_name="x"} | line_format "x"', /does not evaluate "\| line_format"; a real Loki does/],
  ['{service_name="x"} | addr = ip("10.0.0.0/8")', /does not evaluate ip\(\)/],
  ['rate({service_name="x"}[1m])', /does not evaluate metric queries/],
])('%s is a 501 that says that only the mock does not evaluate it', async (text, problem) => {
  expect(await query(text)).toMatchObject({ status: 501, text: expect.stringMatching(problem) });
});

test('a log query is refused as an instant query', async () => {
  const path = `/loki/api/v1/query?${new URLSearchParams({ query: '{service_name="x"}' })}`;
  expect(await running.get('loki', path)).toMatchObject({
    status: 400,
    text: 'log queries are not supported as an instant query type, please change your query to a range query type',
  });
});

test.each([
  ['not JSON', '{"streams":['],
  ['a time that is a number', '{"streams":[{"stream":{"a":"b"},"values":[[1,"x"]]}]}'],
  ['a line that is none', '{"streams":[{"stream":{"a":"b"},"values":[["1",2]]}]}'],
])('a push of %s is a 400', async (_, body) => {
  expect(await running.post('loki', '/loki/api/v1/push', body, JSON_TYPE)).toMatchObject({ status: 400 });
});
