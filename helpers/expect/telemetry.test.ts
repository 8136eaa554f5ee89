import { describe, expect, test } from 'vitest';
import type { Labels } from '../clients/prometheus.ts';
import { startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import type { TraceId } from '../otlp/ids.ts';
import {
  computeMetricDeadline,
  computeOtlpDeadline,
  computeScrapeDeadline,
  computeSearchDeadline,
} from './deadlines.ts';
import type { Question } from './question.ts';
import { useRun } from './run.ts';
import {
  count,
  countSeries,
  logql,
  metric,
  otlpMetric,
  rate,
  samples,
  series,
  serviceExport,
  serviceMetric,
  sum,
  trace,
  traceql,
} from './telemetry.ts';

useRun(sampleRun());

const POSTGRES = { job: 'integrations/postgres_exporter', instance: 'postgres' };

/** The queries that a question sends to the backend. */
async function listQueries(create: () => { ask: () => Promise<unknown> }): Promise<string[]> {
  await using server = await startAnsweringServer(() => ({
    body: '{"status":"success","data":{"resultType":"vector","result":[]},"traces":[]}',
  }));
  useRun(sampleRun({ origin: server.url, seriesMark: { verify_run: 'run-1' }, servicesInstanceId: 'run-1' }));
  await create()
    .ask()
    .catch(() => undefined);
  return server.received.map(
    ({ path, parameters }) =>
      [...parameters].filter(([name]) => /^(query|match\[\]|q)$/.test(name)).map(([, value]) => value)[0] ?? path,
  );
}

test.each([
  [metric('pg_up', POSTGRES), 'postgres'],
  [samples('up', { job: 'integrations/rabbitmq', instance: 'rabbitmq' }, 60), 'rabbitmq'],
  [sum(rate(metric('redis_x_total', { job: 'integrations/redis_exporter' }), '5m')), 'redis'],
  [series({ job: 'integrations/redis_exporter' }), 'redis'],
  [metric('up', { job: 'another' }), undefined],
  [series('__name__=~"pg_.+"'), undefined],
])('a question about scraped series names the part that they measure: %#', ({ subject }, source) => {
  expect(subject).toHaveProperty('kind');
  expect('source' in subject ? subject.source : undefined).toBe(source);
});

test('the query is restricted to the run, and what is shown leaves that out', async () => {
  const create = () => sum(rate(metric('pg_x_total', POSTGRES), '5m'));
  expect(await listQueries(create)).toEqual([
    'sum(rate(pg_x_total{job="integrations/postgres_exporter",instance="postgres",verify_run="run-1"}[5m]))',
  ]);
  expect(create().subject).toMatchObject({
    expression: 'sum(rate(pg_x_total{job="integrations/postgres_exporter",instance="postgres"}[5m]))',
    metric: 'pg_x_total',
    labels: POSTGRES,
  });
});

test.each([
  [() => countSeries({ job: 'x' }), ['count({job="x",verify_run="run-1"})']],
  [() => count(metric('q', { queue: /a.+/ })), ['count(q{queue=~"a.+",verify_run="run-1"})']],
  [() => samples('pg_up|up', { job: 'x' }, 60), ['{__name__=~"pg_up|up",job="x",verify_run="run-1"}[60s]']],
  [() => series({ job: 'x' }), ['{job="x",verify_run="run-1"}']],
  [() => series('a!="b"'), ['{a!="b",verify_run="run-1"}']],
  [() => otlpMetric('m', 's'), ['m{service_name="s",instance="run-1"}']],
  [() => serviceExport('s'), ['count by (__name__) ({__name__=~".+",service_name="s",instance="run-1"})']],
  [
    () => serviceMetric('a|b', 's', { 'x|y': '1' }),
    [
      'sum(last_over_time({__name__=~"a|b",service_name="s",instance="run-1",x="1"}[300s]))',
      'sum(last_over_time({__name__=~"a|b",service_name="s",instance="run-1",y="1"}[300s]))',
    ],
  ],
  [() => trace('abc' as TraceId), ['/tempo/api/v2/traces/abc']],
  [() => traceql('{name="x"}'), ['{name="x"}']],
  [() => logql('{a="b"}'), ['{a="b"}']],
])('the query to the backend: %#', async (create, queries) => {
  expect(await listQueries(create)).toEqual(queries);
});

describe('what is nearest to a metric that was sent over OTLP', () => {
  const COUNT = 'http_server_request_duration_seconds_count|http_server_duration_milliseconds_count';
  const METHOD = { 'http_request_method|http_method': 'GET' };

  /** Asks in a run whose backend has these series. */
  async function findNearest(create: () => Question, series: readonly Labels[]) {
    await using server = await startAnsweringServer(({ parameters }) => {
      const selector = parameters.get('match[]') ?? '';
      const wanted = [...selector.matchAll(/(\w+)(=~?)"([^"]*)"/g)];
      const data = series.filter((labels) =>
        wanted.every(([, name = '', , value]) => new RegExp(`^(?:${value})$`).test(labels[name] ?? '')),
      );
      return { body: JSON.stringify({ status: 'success', data }) };
    });
    useRun(sampleRun({ origin: server.url, servicesInstanceId: 'run-1' }));
    return await create().findNearest?.();
  }

  const own = { service_name: 's', instance: 'run-1' };

  test('is one of the same service with a similar name', async () => {
    const series = [
      { __name__: 'nodejs_eventloop_delay', ...own },
      { __name__: 'x', ...own },
      { __name__: 'of_another_run', ...own, instance: 'run-0' },
    ];
    const nearest = {
      kind: 'other names',
      labels: { service_name: 's' },
      count: 2,
      names: ['nodejs_eventloop_delay', 'x'],
    };
    expect(await findNearest(() => otlpMetric('nodejs_eventloop_dela', 's'), series)).toMatchObject(nearest);
    expect(await findNearest(() => serviceMetric('nodejs_eventloop_dela', 's', METHOD), series)).toMatchObject(nearest);
  });

  test('is the same of another service', async () => {
    const series = [{ __name__: 'm', ...own, service_name: 'other' }];
    for (const create of [() => otlpMetric('m', 's'), () => serviceMetric('m', 's')]) {
      expect(await findNearest(create, series)).toEqual({
        kind: 'other labels',
        metric: 'm',
        wanted: { service_name: 's' },
        found: [{ service_name: 'other' }],
      });
    }
  });

  test.each(['http_request_method', 'http_method'])(
    'is the same with another value of %s, whose semantic conventions the service follows',
    async (name) => {
      const series = [{ __name__: COUNT.split('|')[0] ?? '', ...own, [name]: 'POST' }];
      expect(await findNearest(() => serviceMetric(COUNT, 's', METHOD), series)).toEqual({
        kind: 'other labels',
        metric: COUNT,
        wanted: { service_name: 's', [name]: 'GET' },
        found: [{ service_name: 's', [name]: 'POST' }],
      });
      const existing = [{ ...series[0], [name]: 'GET' }];
      expect(await findNearest(() => serviceMetric(COUNT, 's', METHOD), existing)).toBeUndefined();
    },
  );

  test('is nothing if the service has sent none', async () => {
    const nearest = { kind: 'no series', labels: { service_name: 's' } };
    expect(await findNearest(() => serviceMetric('m', 's', { a: 'b' }), [])).toEqual(nearest);
    expect(await findNearest(() => otlpMetric('m', 's'), [])).toEqual(nearest);
  });
});

test('every question that the backend can answer with something similar asks for it', () => {
  const questions: Question[] = [
    metric('m', {}),
    samples('m', {}, 1),
    otlpMetric('m', 's'),
    serviceMetric('m', 's'),
    serviceExport('s'),
    trace('a' as TraceId),
    traceql('{}'),
    logql('{}'),
  ];
  for (const { subject, findNearest } of questions) expect(findNearest, JSON.stringify(subject)).toBeDefined();
  expect(countSeries({}).findNearest).toBeUndefined();
});

test('a question that gets no answer asks what is nearest', async () => {
  const traces = JSON.stringify({ traces: [{ traceID: '1' }] });
  const noLines = JSON.stringify({ status: 'success', data: { resultType: 'streams', result: [] } });
  await using server = await startAnsweringServer(({ path }) => ({
    body: path.startsWith('/tempo') ? traces : path.startsWith('/loki') ? noLines : '{"status":"success","data":[]}',
  }));
  useRun(sampleRun({ origin: server.url }));
  const others = { kind: 'other traces', count: 1, example: '1'.padStart(32, '0') };
  expect(await trace('abc' as TraceId).findNearest?.()).toEqual(others);
  expect(await traceql('{}').findNearest?.()).toEqual(others);
  expect(await logql('{a="b"}').findNearest?.()).toEqual({ kind: 'no lines' });
  expect(await metric('pg_up', POSTGRES).findNearest?.()).toEqual({ kind: 'no series', labels: POSTGRES });
  expect(await sum(metric('pg_up', POSTGRES)).findNearest?.()).toEqual({ kind: 'no series', labels: POSTGRES });
});

test('a scraped metric knows whether it has arrived under another job', async () => {
  const found = (labels: Labels) => JSON.stringify({ status: 'success', data: [{ __name__: 'pg_up', ...labels }] });
  for (const [labels, is] of [
    [{ ...POSTGRES, job: 'x' }, true],
    [POSTGRES, false],
  ] as const) {
    await using server = await startAnsweringServer(() => ({ body: found(labels) }));
    useRun(sampleRun({ origin: server.url }));
    expect(await rate(metric('pg_up', POSTGRES), '1m').isMisplaced?.()).toBe(is);
  }
});

test('every question has the deadline of its path, and a search has longer', () => {
  const hosted = sampleRun({ backend: 'cloud' });
  useRun(hosted);
  const [otlp, exported, search, scrape] = [
    computeOtlpDeadline,
    computeMetricDeadline,
    computeSearchDeadline,
    computeScrapeDeadline,
  ].map((compute) => compute(hosted));
  const overOtlp = [otlpMetric('m', 's'), trace('a' as TraceId), logql('{}')];
  expect([serviceMetric('m', 's').deadline, serviceExport('s').deadline]).toEqual([exported, exported]);
  expect(overOtlp.map(({ deadline }) => deadline)).toEqual(overOtlp.map(() => otlp));
  expect(traceql('{}').deadline).toBe(search);
  const scraped = [metric('m', {}), sum(metric('m', {})), samples('m', {}, 1), series({}), countSeries({})];
  expect(scraped.map(({ deadline }) => deadline)).toEqual(scraped.map(() => scrape));
});

test('of the semantic conventions, those that the service follows are answered', async () => {
  const ask = async (conventions: string) => {
    await using server = await startAnsweringServer(({ parameters }) => {
      const isFollowed = parameters.get('query')?.includes(`${conventions}="GET"`) === true;
      const result = isFollowed ? [{ metric: {}, value: [1, '7'] }] : [];
      return { body: JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }) };
    });
    useRun(sampleRun({ origin: server.url }));
    return (await serviceMetric('m', 's', { 'stable|old': 'GET' }).ask()).map(({ value }) => value);
  };
  expect([await ask('stable'), await ask('old'), await ask('none')]).toEqual([[7], [7], []]);
});

test('scraped metrics travel by remote write, everything else over OTLP', () => {
  expect([metric('up', {}), samples('up', {}, 1), series({})].map(({ path }) => path)).toEqual(
    Array(3).fill('remote write'),
  );
  expect(
    [otlpMetric('m', 's'), serviceMetric('m', 's'), trace('a' as TraceId), logql('{}')].map(({ path }) => path),
  ).toEqual(Array(4).fill('otlp'));
});

test('without a mark of the run only samples count that are newer than its start', async () => {
  await using server = await startAnsweringServer(() => ({
    body: '{"status":"success","data":{"resultType":"vector","result":[]}}',
  }));
  const { seriesMark: _, ...unmarked } = sampleRun({ origin: server.url });
  useRun({ ...unmarked, startedAt: 1_700_000_000_500 });
  await metric('up', { job: 'j' }).ask();
  await rate(metric('x_total', { job: 'j' }), '5m').ask();
  expect(server.received.map(({ parameters }) => parameters.get('query'))).toEqual([
    'up{job="j"} and timestamp(up{job="j"}) >= 1700000000.5',
    'rate(x_total{job="j"}[5m])',
  ]);
});

test('the series of an Alloy that has no mark are not those of runs that have one', async () => {
  await using server = await startAnsweringServer(() => ({
    body: '{"status":"success","data":{"resultType":"vector","result":[]}}',
  }));
  const { seriesMark: _, ...unmarked } = sampleRun({ origin: server.url });
  useRun({ ...unmarked, seriesLabels: { verify_run: '' }, startedAt: 0 });
  await metric('up', { job: 'j' }).ask();
  await samples('up', { job: 'j' }, 60)
    .ask()
    .catch(() => {});
  await series({ job: 'j' })
    .ask()
    .catch(() => {});
  const asked = server.received.map(({ parameters }) => parameters.get('query') ?? parameters.get('match[]'));
  expect(asked).toEqual([
    'up{job="j",verify_run=""} and timestamp(up{job="j",verify_run=""}) >= 0',
    'up{job="j",verify_run=""}[60s]',
    '{job="j",verify_run=""}',
  ]);
});
