import { expect, test } from 'vitest';
import { startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import type { TraceId } from '../otlp/ids.ts';
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
  serviceMetric,
  serviceSamples,
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
  [() => serviceSamples('m', 's', 60), ['m{service_name="s",instance="run-1"}[60s]']],
  [
    () => serviceMetric('a|b', 's', { 'x|y': '1' }),
    [
      'sum({__name__=~"a|b",service_name="s",instance="run-1",x="1"})',
      'sum({__name__=~"a|b",service_name="s",instance="run-1",y="1"})',
    ],
  ],
  [() => trace('abc' as TraceId), ['/tempo/api/v2/traces/abc']],
  [() => traceql('{name="x"}'), ['{name="x"}']],
  [() => logql('{a="b"}'), ['{a="b"}']],
])('the query to the backend: %#', async (create, queries) => {
  expect(await listQueries(create)).toEqual(queries);
});

test('scraped metrics travel by remote write, everything else over OTLP', () => {
  expect([metric('up', {}), samples('up', {}, 1), series({})].map(({ path }) => path)).toEqual(
    Array(3).fill('remote write'),
  );
  expect(
    [otlpMetric('m', 's'), serviceMetric('m', 's'), trace('a' as TraceId), logql('{}')].map(({ path }) => path),
  ).toEqual(Array(4).fill('otlp'));
});
