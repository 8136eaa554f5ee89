import { expect, test } from 'vitest';
import type { Labels } from '../clients/prometheus.ts';
import { readCapture, startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { findNearestSeries, findOtherTraces, isMisplaced } from './nearest.ts';

/** The series of a recorded run whose configuration does not relabel Redis. */
const recorded: Labels[] = JSON.parse(readCapture('query-apis/prometheus-series.json')).data;
const POSTGRES = { job: 'integrations/postgres_exporter', instance: 'postgres' };
const REDIS = { job: 'integrations/redis_exporter', instance: 'redis' };

/** Serves these series, and asks with a run that they belong to. */
async function among<T>(series: readonly Labels[], ask: (run: ReturnType<typeof sampleRun>) => Promise<T>) {
  await using server = await startAnsweringServer(({ parameters }) => {
    const selector = parameters.get('match[]') ?? '';
    const wanted = [...selector.matchAll(/(\w+)="([^"]*)"/g)].map(
      ([, name = '', value = '']) => [name, value] as const,
    );
    const found = series.filter((labels) => wanted.every(([name, value]) => labels[name] === value));
    return { body: JSON.stringify({ status: 'success', data: found }) };
  });
  return await ask(sampleRun({ origin: server.url }));
}

test('a metric with other labels is found', async () => {
  expect(await among(recorded, (run) => findNearestSeries(run, 'redis_up', REDIS))).toEqual({
    kind: 'other labels',
    metric: 'redis_up',
    wanted: REDIS,
    found: [{ job: 'integrations/redis', instance: '127.0.0.1:56379' }],
  });
});

test('only the three most similar labels are kept, the most similar first', async () => {
  const series = ['z', 'y', 'postgre', 'x'].map((instance) => ({ __name__: 'pg_up', job: POSTGRES.job, instance }));
  const nearest = await among(series, (run) => findNearestSeries(run, 'pg_up', POSTGRES));
  expect(nearest).toMatchObject({ kind: 'other labels', found: [{ instance: 'postgre' }, {}, {}] });
});

test('a metric that every job has is not reported for another job', async () => {
  expect(await among(recorded, (run) => findNearestSeries(run, 'up', REDIS))).toEqual({
    kind: 'no series',
    labels: REDIS,
  });
});

test('other names with the same labels are counted, the most similar first', async () => {
  expect(await among(recorded, (run) => findNearestSeries(run, 'pg_uo', POSTGRES))).toEqual({
    kind: 'other names',
    metric: 'pg_uo',
    labels: POSTGRES,
    count: 2,
    names: ['pg_up', 'up'],
  });
});

test('without the metric and the labels, nothing is similar', async () => {
  expect(await among([], (run) => findNearestSeries(run, 'pg_up', POSTGRES))).toEqual({
    kind: 'no series',
    labels: POSTGRES,
  });
});

test('for a series that exists, nothing is reported', async () => {
  expect(await among(recorded, (run) => findNearestSeries(run, 'pg_up', POSTGRES))).toBeUndefined();
});

test('a metric is misplaced if it exists only with another job or instance', async () => {
  expect(await among(recorded, (run) => isMisplaced(run, 'redis_up', REDIS))).toBe(true);
  expect(await among(recorded, (run) => isMisplaced(run, 'pg_up', { ...POSTGRES, datname: 'x' }))).toBe(false);
  expect(await among([], (run) => isMisplaced(run, 'redis_up', REDIS))).toBe(false);
  expect(await among(recorded, (run) => isMisplaced(run, 'up', REDIS))).toBe(false);
  expect(await among(recorded, (run) => isMisplaced(run, 'redis_up|up', REDIS))).toBe(false);
});

test('a metric with the right job and another instance is misplaced, and so is one with another job', async () => {
  for (const place of [
    { ...REDIS, instance: 'other' },
    { ...REDIS, job: 'other' },
  ]) {
    const series = [{ __name__: 'redis_up', ...place }];
    expect([place, await among(series, (run) => isMisplaced(run, 'redis_up', REDIS))]).toEqual([place, true]);
  }
});

test('only series and traces of the run are queried', async () => {
  await using server = await startAnsweringServer(() => ({ body: '{"status":"success","data":[],"traces":[]}' }));
  const run = sampleRun({ origin: server.url, seriesMark: { verify_run: 'run-1' } });
  await findNearestSeries(run, 'pg_up', POSTGRES);
  await findOtherTraces(run);
  const asked = server.received.map(({ parameters }) => parameters.get('match[]') ?? parameters.get('q') ?? '');
  expect(asked).toHaveLength(3);
  for (const query of asked) expect(query).toContain('"run-1"');
});

test.each([
  ['{"traces":[{"traceID":"1"},{"traceID":"2"}]}', { kind: 'other traces', count: 2, example: '1'.padStart(32, '0') }],
  ['{"traces":[]}', { kind: 'no traces' }],
])('other traces of the run: %s', async (body, nearest) => {
  await using server = await startAnsweringServer(() => ({ body }));
  expect(await findOtherTraces(sampleRun({ origin: server.url }))).toEqual(nearest);
});
