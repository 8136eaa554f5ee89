import { expect, test } from 'vitest';
import { z } from 'zod';
import { readCapture, startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import type { LoginFault } from '../findings/finding.ts';
import { sampleObservation } from '../findings/testing/samples.ts';
import { gatherSymptoms, listSuspects } from './symptoms.ts';

const captured = z
  .object({ 'GET /api/v0/web/components': z.unknown(), details: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readCapture('alloy-1.18/components-api.json')));
const refusals = [{ service: 'otlp', user: '2847239', reason: 'foreign instance ID', count: 1 }];

/** One server for a recorded Alloy 1.18, the mock's list of refusals, and a Prometheus in which `up` is 0. */
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
  const run = sampleRun({ origin: server.url, mockUrl: server.url });
  const symptoms = await gatherSymptoms(run, { evidence: rabbitmq, needs: ['rabbitmq'], takenAway: [] });
  expect(symptoms).toMatchObject({ alloyAnswers: true, refusals, up: 0, unreachable: [] });
  expect(symptoms.usernames).toEqual({ 'otelcol.auth.basic': ['1461503'], 'prometheus.remote_write': ['2847239'] });
  expect(symptoms.components.length).toBeGreaterThan(10);
  expect(symptoms.alloyMetrics.length).toBeGreaterThan(100);
  expect(symptoms.targets).toMatchObject([
    { component: 'prometheus.scrape.rabbitmq', url: 'http://127.0.0.1:9/metrics' },
  ]);
});

test('what Alloy reports of components and targets has no secret', async () => {
  const setting = (name: string, value: string) => ({ name, value: { value } });
  const labels = ['job', 'instance'].map((key) => ({ key, value: { value: key === 'job' ? 'j' : 'i' } }));
  const target = [
    setting('url', 'http://u:p@127.0.0.1:9/metrics'),
    { name: 'labels', value: { value: labels } },
    setting('last_error', 'Get "http://u:p@127.0.0.1:9/metrics": glc_secret_token'),
  ];
  const component = {
    localID: 'prometheus.scrape.x',
    name: 'prometheus.scrape',
    health: { state: 'unhealthy', message: 'the token glc_secret_token is wrong' },
  };
  await using server = await startAnsweringServer(({ path }) => ({
    body: JSON.stringify(path.endsWith('components') ? [component] : { debugInfo: [{ name: 'target', body: target }] }),
  }));
  const evidence = sampleObservation({
    subject: { kind: 'scraped metric', expression: 'x', metric: 'x', labels: { job: 'j', instance: 'i' } },
  });
  const symptoms = await gatherSymptoms(sampleRun({ origin: server.url }), { evidence, needs: [], takenAway: [] });
  expect(symptoms).toMatchObject({
    components: [{ id: 'prometheus.scrape.x', name: 'prometheus.scrape', message: 'the token (secret) is wrong' }],
    targets: [
      { url: 'http://(secret)@127.0.0.1:9/metrics', error: 'Get "http://(secret)@127.0.0.1:9/metrics": (secret)' },
    ],
  });
  expect(JSON.stringify([symptoms.components, symptoms.targets])).not.toContain('secret_token');
});

test('targets are those of the job and the instance in question, and other questions have none', async () => {
  await using server = await startRecordedStack();
  const run = sampleRun({ origin: server.url });
  const find = async (changes: Parameters<typeof sampleObservation>[0]) => {
    const evidence = sampleObservation(changes);
    const { targets, up } = await gatherSymptoms(run, { evidence, needs: [], takenAway: [] });
    return { targets: targets.length, up };
  };
  const about = (labels: Record<string, string>) =>
    find({ subject: { kind: 'scraped metric', expression: 'x', metric: 'x', labels } });
  expect(await about({ job: 'integrations/rabbitmq', instance: 'rabbitmq' })).toEqual({ targets: 1, up: 0 });
  expect(await about({ job: 'integrations/rabbitmq', instance: 'x' })).toEqual({ targets: 0, up: 0 });
  expect(await about({ job: 'x', instance: 'rabbitmq' })).toEqual({ targets: 0, up: 0 });
  expect(await about({ job: 'integrations/rabbitmq' })).toEqual({ targets: 0, up: undefined });
  expect(await about({ instance: 'rabbitmq' })).toEqual({ targets: 0, up: undefined });
  expect(await find({ subject: { kind: 'series', selector: '{}' } })).toEqual({ targets: 0, up: undefined });
});

test('`up` is that of the worst of several series, and unknown without one', async () => {
  const answer = (...values: string[]) => {
    const result = values.map((value) => ({ metric: {}, value: [1, value] }));
    return JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
  };
  for (const [body, up] of [
    [answer('1', '0', '1'), 0],
    [answer('1'), 1],
    [answer(), undefined],
  ] as const) {
    await using server = await startAnsweringServer(() => ({ body }));
    const run = sampleRun({ origin: server.url });
    expect((await gatherSymptoms(run, { evidence: rabbitmq, needs: [], takenAway: [] })).up).toBe(up);
  }
});

test.each<LoginFault>(['no credentials', 'wrong token', 'foreign instance ID', 'unknown instance ID'])(
  'a login that the mock cloud refused for "%s" is read',
  async (reason) => {
    const refused = [{ service: 'otlp', user: '1', reason, count: 1 }];
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
  expect(query).toBe('up{job="integrations/rabbitmq",instance="rabbitmq",verify_run="run-1"}');
});

test('without a mark, only samples since the start of the run are', async () => {
  await using server = await startRecordedStack();
  const run = sampleRun({ origin: server.url, startedAt: 5000 });
  await gatherSymptoms(run, { evidence: rabbitmq, needs: [], takenAway: [] });
  const query = server.received.find(({ path }) => path.endsWith('/query'))?.parameters.get('query');
  const selector = 'up{job="integrations/rabbitmq",instance="rabbitmq"}';
  expect(query).toBe(`${selector} and timestamp(${selector}) >= 5`);
});

test('what gives no answer is left empty', async () => {
  const mockUrl = 'http://127.0.0.1:1';
  const run = sampleRun({ mockUrl, alloy: { ...sampleRun().alloy, logFile: '/no/such/file' } });
  const symptoms = await gatherSymptoms(run, { evidence: rabbitmq, needs: [], takenAway: [] });
  expect(symptoms).toMatchObject({
    alloyAnswers: false,
    alloyMetrics: [],
    components: [],
    usernames: { 'otelcol.auth.basic': [], 'prometheus.remote_write': [] },
    alloyLog: [],
    refusals: [],
    up: undefined,
    targets: [],
  });
});

test('suspects are the measured part, none for Alloy’s own metrics, and otherwise what the phase needs', () => {
  const failure = { needs: ['postgres', 'api'] as const, takenAway: [] };
  const error = { kind: 'error', message: 'x' } as const;
  const about = (evidence: Parameters<typeof listSuspects>[0]['evidence']) => listSuspects({ ...failure, evidence });
  expect(about(sampleObservation())).toEqual(['redis']);
  expect(about(sampleObservation({ subject: { kind: 'series', selector: '{}' } }))).toEqual([]);
  expect(about(sampleObservation({ path: 'otlp', subject: { kind: 'traces', query: '{}' } }))).toEqual([
    'postgres',
    'api',
  ]);
  expect(about(sampleObservation({ path: 'otlp', subject: { kind: 'delivery' } }))).toEqual([]);
  expect(about(error)).toEqual(['postgres', 'api']);
  expect(listSuspects({ ...failure, evidence: error, takenAway: ['postgres'] })).toEqual(['api']);
});
