import { describe, expect, test } from 'vitest';
import type { Labels } from '../clients/prometheus.ts';
import { readCapture, startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import type { Run } from '../run/run.ts';
import { findNearestSeries, findOtherLines, findOtherTraces, isMisplaced } from './nearest.ts';

/** The series of a recorded run whose configuration does not relabel Redis. */
const recorded: Labels[] = JSON.parse(readCapture('query-apis/prometheus-series.json')).data;
const POSTGRES = { job: 'integrations/postgres_exporter', instance: 'postgres' };
const REDIS = { job: 'integrations/redis_exporter', instance: 'redis' };

/** Serves these series, and asks with a run that they belong to. */
async function among<T>(series: readonly Labels[], ask: (run: ReturnType<typeof sampleRun>) => Promise<T>) {
  await using server = await startAnsweringServer(({ parameters }) => {
    const selector = parameters.get('match[]') ?? '';
    const wanted = [...selector.matchAll(/(\w+)(=~?)"([^"]*)"/g)].map(([, name = '', operator, value = '']) => {
      const pattern = new RegExp(`^(?:${value})$`);
      return (labels: Labels) => (operator === '=' ? labels[name] === value : pattern.test(labels[name] ?? ''));
    });
    const found = series.filter((labels) => wanted.every((matches) => matches(labels)));
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

test('names may be alternatives or a pattern', async () => {
  expect(await among(recorded, (run) => findNearestSeries(run, 'pg_up|up', POSTGRES))).toBeUndefined();
  expect(await among(recorded, (run) => findNearestSeries(run, 'redis_.+', REDIS))).toMatchObject({
    kind: 'other labels',
  });
  expect(await among(recorded, (run) => findNearestSeries(run, 'no_such_metric|pg_uo', POSTGRES))).toMatchObject({
    kind: 'other names',
    names: ['pg_up', 'up'],
  });
});

test('other names need only the labels of the place', async () => {
  const wanted = { ...POSTGRES, datname: 'game_scheduler' };
  expect(await among(recorded, (run) => findNearestSeries(run, 'pg_uo', wanted, POSTGRES))).toMatchObject({
    kind: 'other names',
    labels: POSTGRES,
    names: ['pg_up', 'up'],
  });
  expect(await among(recorded, (run) => findNearestSeries(run, 'pg_uo', wanted))).toMatchObject({ kind: 'no series' });
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
  const scraped = [{ __name__: 'scrape_duration_seconds', ...POSTGRES }];
  expect(await among(scraped, (run) => isMisplaced(run, 'scrape_duration_seconds', REDIS))).toBe(false);
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

describe('for a log query', () => {
  const QUERY = '{service_name="api-service"} | trace_id="1"';
  const serve = (result: readonly unknown[]) =>
    JSON.stringify({ status: 'success', data: { resultType: 'streams', result } });
  const nothing = serve([]);

  /** Serves these answers one after the other. Returns what is nearest, and the queries. */
  async function askFor(
    query: string,
    answers: readonly string[],
    changes: Partial<Run> = { servicesInstanceId: 'run-1' },
  ) {
    const left = [...answers];
    await using server = await startAnsweringServer(() => ({ body: left.shift() ?? nothing }));
    const nearest = await findOtherLines(sampleRun({ origin: server.url, ...changes }), query);
    return { nearest, parameters: server.received.map(({ parameters }) => parameters) };
  }

  test('the newest line of the same streams is found', async () => {
    const { nearest, parameters } = await askFor(QUERY, [readCapture('query-apis/loki-query-range.json')]);
    const recordedLines = JSON.parse(readCapture('query-apis/loki-query-range.json')).data.result.flatMap(
      ({ values }: { values: [string, string][] }) => values,
    );
    const [, newest] = recordedLines.reduce((a: [string, string], b: [string, string]) =>
      BigInt(b[0]) > BigInt(a[0]) ? b : a,
    );
    expect(nearest).toEqual({
      kind: 'other lines',
      selector: '{service_name="api-service"}',
      count: recordedLines.length,
      newest,
    });
    expect(parameters.map((one) => one.get('query'))).toEqual([
      '{service_name="api-service"} | service_instance_id=~"run-1"',
    ]);
  });

  test.each([[['1', '2', '3']], [['3', '2', '1']], [['2', '3', '1']]])(
    'the newest line is found in whatever order they come: %j',
    async (times) => {
      const values = times.map((time) => [time, `line ${time}`]);
      const { nearest } = await askFor(QUERY, [serve([{ stream: {}, values }])]);
      expect(nearest).toMatchObject({ newest: 'line 3' });
    },
  );

  test('a long line is cut', async () => {
    const values = [['1', 'x'.repeat(1000)]];
    const { nearest } = await askFor(QUERY, [serve([{ stream: {}, values }])]);
    expect(nearest).toMatchObject({ newest: `${'x'.repeat(200)}…` });
  });

  test('without lines in these streams, the services that have some are named', async () => {
    const values = [['1', 'x']];
    const streams = ['bot', 'api', 'bot'].map((service_name) => ({ stream: { service_name }, values }));
    const { nearest, parameters } = await askFor(QUERY, [nothing, serve(streams)]);
    expect(nearest).toEqual({
      kind: 'other services',
      selector: '{service_name="api-service"}',
      count: 2,
      services: ['api', 'bot'],
    });
    expect(parameters[1]?.get('query')).toBe('{service_name=~".+"} | service_instance_id=~"run-1"');
  });

  test('of many services, the first ten are named', async () => {
    const streams = Array.from({ length: 12 }, (_, index) => ({
      stream: { service_name: `s${index}` },
      values: [['1', 'x']],
    }));
    const { nearest } = await askFor(QUERY, [nothing, serve(streams)]);
    expect(nearest).toMatchObject({ count: 12, services: { length: 10 } });
  });

  test('without any lines, there are none', async () => {
    expect((await askFor(QUERY, [nothing, nothing])).nearest).toEqual({ kind: 'no lines' });
  });

  test('only lines of this run are queried, and of services that it did not start only recent ones', async () => {
    const own = await askFor(QUERY, [], { servicesInstanceId: 'run-2' });
    expect(own.parameters[0]?.get('query')).toBe('{service_name="api-service"} | service_instance_id=~"run-1|run-2"');
    const { parameters } = await askFor(QUERY, [], { seriesWindow: 60 });
    expect(parameters[0]?.get('query')).toBe('{service_name="api-service"}');
    const [start, end] = ['start', 'end'].map((name) => BigInt(parameters[0]?.get(name) ?? 0));
    expect((end ?? 0n) - (start ?? 0n)).toBe(120_000_000_000n);
  });

  test('a brace in quotes does not end the selector', async () => {
    for (const selector of [String.raw`{a="}\"}",b=~"c{2}"}`, '{a=`}"`}', '{a="b"}']) {
      const { parameters } = await askFor(`${selector} |= "{x}"`, [], { servicesInstanceId: 'run-1' });
      expect(parameters[0]?.get('query')).toBe(`${selector} | service_instance_id=~"run-1"`);
    }
  });
});
