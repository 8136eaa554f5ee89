import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { STALE_NAN } from '../../../otlp/remote-write.ts';
import { answerPrometheus } from '../../http/prometheus-api.ts';
import { buildLabels } from '../../store/labels.ts';
import { createMemory } from '../../store/memory.ts';
import { createSeriesStore } from '../../store/series.ts';

/**
 * What Prometheus 2.42 answered after the same samples were pushed to it, without the queries that Prometheus 3 answers
 * differently: numbers as ranges, durations as numbers, and rates whose window starts long before the series.
 */
type Recorded =
  | { readonly labels: Record<string, string>; readonly samples: [time: number, value: number | string][] }
  | {
      readonly query: string;
      readonly time?: number;
      readonly start?: number;
      readonly end?: number;
      readonly step?: number;
      readonly status: number;
      readonly data?: unknown;
      readonly error?: string;
    };

const recorded = readFileSync(new URL('prometheus-2.42.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

const store = createSeriesStore(createMemory(64 * 1024 * 1024, () => {}));
for (const entry of recorded) {
  if (!('samples' in entry)) continue;
  const series = store.resolve(buildLabels(Object.entries(entry.labels)));
  for (const [time, value] of entry.samples) store.append(series, time, parseSample(value), value === 'stale');
}

const queries = recorded.filter((entry) => 'query' in entry);

describe('a query is answered as Prometheus answers it', () => {
  test('the recording contains a stale marker', () => {
    expect(STALE_NAN).toBe(0x7ff0000000000002n);
    expect(recorded.filter((entry) => 'samples' in entry && entry.samples.some(([, v]) => v === 'stale'))).toHaveLength(
      1,
    );
  });

  test.each(queries.filter(({ step }) => step === undefined))('$query', ({ query, time, status, data, error }) => {
    const answer = ask('query', { query, time: String(time) });
    expect(answer.status).toBe(status);
    if (error === undefined) expect(answer.body.data).toEqual(expectNearly(data));
    else expect(reduceError(answer.body.error)).toBe(reduceError(error));
  });

  test.each(queries.filter(({ step }) => step !== undefined))('$query over time', (entry) => {
    const { query, start, end, step, status, data } = entry;
    const answer = ask('query_range', { query, start: String(start), end: String(end), step: String(step) });
    expect(answer.status).toBe(status);
    expect(answer.body.data).toEqual(expectNearly(data));
  });
});

describe('where Prometheus 3 differs from 2.42', () => {
  test('a number is a range in seconds, a duration a number of seconds', () => {
    expect(ask('query', { query: '5m' }).body.data).toMatchObject({
      resultType: 'scalar',
      result: [expect.anything(), '300'],
    });
    expect(ask('query', { query: 'sum(count_over_time(up[1200]))', time: '1795341000' }).status).toBe(200);
  });
  test('a sample at the very start of a window is outside it', () => {
    const query = (range: string) =>
      ask('query', { query: `count_over_time(starts_late_total[${range}])`, time: '1795340630.011' });
    expect(query('30s').body.data).toMatchObject({ result: [{ value: [1795340630.011, '2'] }] });
    expect(query('30001ms').body.data).toMatchObject({ result: [{ value: [1795340630.011, '3'] }] });
  });
  test('a rate of a metric without the name of a counter has a remark with its position', () => {
    expect(ask('query', { query: 'sum(\n  rate(temp_celsius[2m]))', time: '1795340640.05' }).body.infos).toEqual([
      'PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "temp_celsius" (2:8)',
    ]);
    expect(ask('query', { query: 'rate(http_requests_total[2m])', time: '1795340640.05' }).body).not.toHaveProperty(
      'infos',
    );
  });
});

test.each([
  ['up offset 5m', /does not evaluate offset; a real Prometheus does/],
  ['up @ 0', /does not evaluate the @ modifier/],
  ['rate(up[5m:1m])', /does not evaluate subqueries/],
  ['sort(up)', /does not evaluate the function sort/],
  ['topk(3, up)', /does not evaluate the aggregation topk/],
  ['histogram_quantile(0.9, up)', /does not evaluate the function histogram_quantile/],
  ['a / on (x) group_left () b', /does not evaluate group_left and group_right/],
])('%s is a 501 that names the program that evaluates it', (query, problem) => {
  const { status, body } = ask('query', { query });
  expect(status).toBe(501);
  expect(body).toMatchObject({ status: 'error', errorType: 'bad_data', error: expect.stringMatching(problem) });
});

test.each([
  ['query', { query: 'up', time: 'x' }, 'invalid parameter "time": cannot parse "x" to a valid timestamp'],
  ['query', {}, 'invalid parameter "query": 1:1: parse error: no expression found in input'],
  ['series', {}, 'no match[] parameter provided'],
  ['series', { 'match[]': '1' }, 'invalid parameter "match[]": expected a series selector'],
  [
    'query_range',
    { query: 'up', start: '1', end: '0', step: '1' },
    'invalid parameter "end": end timestamp must not be before start time',
  ],
  ['query_range', { query: 'up', start: '1', end: '2', step: '0' }, /zero or negative query resolution step/],
  [
    'query_range',
    { query: 'up', start: '1', end: '2', step: '-1' },
    'invalid parameter "step": cannot parse "-1" to a valid duration',
  ],
  ['query_range', { query: 'up', start: '0', end: '99999', step: '1' }, /exceeded maximum resolution of 11,000 points/],
  ['query_range', { query: 'up[1m]', start: '0', end: '9', step: '1' }, /invalid expression type "range vector"/],
] as const)('%s with %o is a 400', (path, parameters, problem) => {
  const { status, body } = ask(path, parameters);
  expect(status).toBe(400);
  expect(body.error).toEqual(typeof problem === 'string' ? problem : expect.stringMatching(problem));
});

test('labels, their values and series are listed within the requested times', () => {
  expect(ask('labels', { 'match[]': 'up' }).body.data).toEqual(['__name__', 'instance', 'job']);
  expect(ask('label/job/values', {}).body.data).toEqual(['a', 'b']);
  expect(ask('label/__name__/values', { 'match[]': '{job="b"}' }).body.data).toEqual([
    ...['http_requests_total', 'temp_celsius', 'up'],
  ]);
  const up = { 'match[]': 'up', start: '1795340300' };
  expect(ask('series', up).body.data).toEqual([{ __name__: 'up', instance: 'x', job: 'a' }]);
});

type Body = { readonly data?: unknown; readonly error?: string; readonly infos?: unknown };

function ask(path: string, parameters: Readonly<Record<string, string>>): { status: number; body: Body } {
  const answer = answerPrometheus(store, path, new URLSearchParams(parameters), 1795340640050);
  return { status: answer?.status ?? 404, body: JSON.parse(String(answer?.body)) };
}

function parseSample(value: number | string): number {
  return typeof value === 'number' ? value : Number(value.replace('Inf', 'Infinity'));
}

/** Reduces an error to what must agree: its kind. Its position may be that of the operator rather than of its left side. */
function reduceError(error: string | undefined): string {
  const wanted = /parse error: (unexpected|unknown function|unclosed|missing unit)/.exec(error ?? '');
  return wanted === null ? (error ?? '').replace(/\d+:\d+: |\^\(\?s?:/g, '') : 'a syntax error';
}

/** Expects the same answer with series in any order and numbers to 12 digits, since 2.42 adds in another order. */
function expectNearly(data: unknown): unknown {
  if (typeof data === 'string' && Number.isFinite(Number(data))) {
    return expect.toSatisfy((found: string) => isClose(Number(found), Number(data)), `nearly ${data}`);
  }
  if (Array.isArray(data)) {
    const series = data.some((item) => typeof item === 'object' && item !== null && 'metric' in item);
    return series ? expect.toSatisfy((found) => expectSameSeries(found, data)) : data.map(expectNearly);
  }
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, key === 'metric' ? value : expectNearly(value)]),
  );
}

function expectSameSeries(found: unknown, expected: readonly unknown[]): boolean {
  expect(found).toHaveLength(expected.length);
  for (const series of expected) {
    const { metric, ...rest } = series as Record<string, unknown>;
    expect(found).toContainEqual({ metric, ...(expectNearly(rest) as object) });
  }
  return true;
}

function isClose(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));
}
