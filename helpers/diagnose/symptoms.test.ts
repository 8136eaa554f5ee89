import { expect, test } from 'vitest';
import { z } from 'zod';
import { readCounters } from '../clients/alloy-metrics.ts';
import { readCapture, startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import type { LoginFault } from '../findings/finding.ts';
import { sampleObservation } from '../findings/testing/samples.ts';
import { gatherSymptoms } from './symptoms.ts';

const captured = z
  .object({ 'GET /api/v0/web/components': z.unknown(), details: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readCapture('alloy-1.18/components-api.json')));
/** The mock of a warm stack has refused a login in an earlier run, too. */
const STARTED_AT = 1_800_000_000_000;
const refusals = [
  { service: 'otlp', user: '1', reason: 'unknown instance ID', count: 7, lastTime: STARTED_AT - 1 },
  { service: 'otlp', user: '2847239', reason: 'foreign instance ID', count: 1, lastTime: STARTED_AT },
];

/** One server for a recorded Alloy 1.18, the mock's list of refusals, and a Prometheus in which every value is 0. */
function startRecordedStack() {
  return startAnsweringServer(({ path }) => {
    if (path === '/metrics') return { body: readCapture('alloy-1.18/self-metrics.txt') };
    if (path === '/-/refusals') return { body: JSON.stringify({ refusals }) };
    if (path === '/api/prom/api/v1/query') {
      return { body: '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"0"]}]}}' };
    }
    if (path === '/api/v0/web/components') return { body: JSON.stringify(captured['GET /api/v0/web/components']) };
    const detail = captured.details[path.split('/').at(-1) ?? ''];
    return detail === undefined ? undefined : { body: JSON.stringify(detail) };
  });
}

const rabbitmq = sampleObservation({
  subject: {
    kind: 'scraped metric',
    expression: 'up',
    metric: 'up',
    labels: { job: 'integrations/rabbitmq', instance: 'rabbitmq' },
    source: 'rabbitmq',
  },
});

test('the state of Alloy, the mock cloud and the backend is gathered', async () => {
  await using server = await startRecordedStack();
  const run = { ...sampleRun({ origin: server.url, mockUrl: server.url }), startedAt: STARTED_AT };
  const symptoms = await gatherSymptoms(run, { evidence: rabbitmq, needs: ['rabbitmq'], takenAway: [] });
  expect(symptoms).toMatchObject({ alloyAnswers: true, refusals: [refusals[1]], exporterUp: 0, unreachable: [] });
  expect(symptoms.flow?.components.length).toBeGreaterThan(10);
  expect(symptoms.flow?.metrics.length).toBeGreaterThan(100);
  expect(symptoms.stop).toMatchObject({
    of: 'samples',
    at: 'scrape failed',
    component: { id: 'prometheus.scrape.rabbitmq' },
    target: { url: 'http://127.0.0.1:9/metrics' },
  });
});

test('what Alloy has counted before the run is left out, unless the question is about its totals', async () => {
  await using server = await startRecordedStack();
  const run = sampleRun({ origin: server.url });
  const alloyBefore = await readCounters(run.alloy);
  const count = async (changes: Parameters<typeof sampleObservation>[0]) => {
    const failure = { evidence: sampleObservation(changes), needs: [], takenAway: [] };
    const { flow } = await gatherSymptoms({ ...run, alloyBefore }, failure);
    const forwarded = flow?.metrics.filter(({ labels }) => labels.__name__ === 'prometheus_forwarded_samples_total');
    return forwarded?.reduce((sum, { value }) => sum + value, 0);
  };
  expect(await count({})).toBe(0);
  expect(await count({ path: 'otlp', subject: { kind: 'delivery' } })).toBe(2179);
});

test('an Alloy that does not describe its components answers all the same', async () => {
  await using server = await startAnsweringServer(({ path }) => (path === '/metrics' ? { body: 'x 1\n' } : undefined));
  const run = sampleRun({ origin: server.url });
  const symptoms = await gatherSymptoms(run, { evidence: rabbitmq, needs: [], takenAway: [] });
  expect(symptoms).toMatchObject({ alloyAnswers: true });
  expect(symptoms.flow).toBeUndefined();
  expect(symptoms.stop).toBeUndefined();
});

test('what an exporter says of its connection is that of the worst of several series, and unknown without one', async () => {
  const answer = (...values: string[]) => {
    const result = values.map((value) => ({ metric: {}, value: [1, value] }));
    return JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
  };
  for (const [body, exporterUp] of [
    [answer('1', '0', '1'), 0],
    [answer('1'), 1],
    [answer(), undefined],
  ] as const) {
    await using server = await startAnsweringServer(() => ({ body }));
    const run = sampleRun({ origin: server.url });
    const found = await gatherSymptoms(run, { evidence: rabbitmq, needs: [], takenAway: [] });
    expect(found.exporterUp).toBe(exporterUp);
  }
});

test.each<LoginFault>(['no credentials', 'wrong token', 'foreign instance ID', 'unknown instance ID'])(
  'a login that the mock cloud refused for "%s" is read',
  async (reason) => {
    const refused = [{ service: 'otlp', user: '1', reason, count: 1, lastTime: 0 }];
    await using server = await startAnsweringServer(() => ({ body: JSON.stringify({ refusals: refused }) }));
    const run = sampleRun({ mockUrl: server.url });
    expect((await gatherSymptoms(run, { evidence: rabbitmq, needs: [], takenAway: [] })).refusals).toEqual(refused);
  },
);

test('only series of the run are queried', async () => {
  await using server = await startRecordedStack();
  const run = sampleRun({ origin: server.url, seriesMark: { verify_run: 'run-1' } });
  await gatherSymptoms(run, { evidence: rabbitmq, needs: [], takenAway: [] });
  const query = server.received.find(({ path }) => path.endsWith('/query'))?.parameters.get('query');
  expect(query).toBe(
    '{__name__=~"pg_up|redis_up|redis_exporter_last_scrape_error",job="integrations/rabbitmq",instance="rabbitmq",verify_run="run-1"}',
  );
});

test('without a mark, only samples since the start of the run are', async () => {
  await using server = await startRecordedStack();
  const run = sampleRun({ origin: server.url, startedAt: 5000 });
  await gatherSymptoms(run, { evidence: rabbitmq, needs: [], takenAway: [] });
  const query = server.received.find(({ path }) => path.endsWith('/query'))?.parameters.get('query');
  const selector =
    '{__name__=~"pg_up|redis_up|redis_exporter_last_scrape_error",job="integrations/rabbitmq",instance="rabbitmq"}';
  expect(query).toBe(`${selector} and timestamp(${selector}) >= 5`);
});

test('what gives no answer is left empty', async () => {
  const mockUrl = 'http://127.0.0.1:1';
  const run = sampleRun({ mockUrl, alloy: { ...sampleRun().alloy, logFile: '/no/such/file' } });
  const symptoms = await gatherSymptoms(run, { evidence: rabbitmq, needs: [], takenAway: [] });
  expect(symptoms).toMatchObject({
    alloyAnswers: false,
    alloyLog: [],
    refusals: [],
  });
  expect([symptoms.flow, symptoms.stop, symptoms.exporterUp]).toEqual([undefined, undefined, undefined]);
});
