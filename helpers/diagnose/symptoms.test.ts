import { expect, test } from 'vitest';
import { z } from 'zod';
import { readCapture, startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { sampleObservation } from '../findings/testing/samples.ts';
import { listUnreachable } from './sources.ts';
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

test('only series of the run are queried', async () => {
  await using server = await startRecordedStack();
  const run = sampleRun({ origin: server.url, seriesMark: { verify_run: 'run-1' } });
  await gatherSymptoms(run, { evidence: rabbitmq, needs: [], takenAway: [] });
  const query = server.received.find(({ path }) => path.endsWith('/query'))?.parameters.get('query');
  expect(query).toBe('up{job="integrations/rabbitmq",instance="rabbitmq",verify_run="run-1"}');
});

test('what gives no answer is left empty', async () => {
  const run = sampleRun({ mockUrl: 'http://127.0.0.1:1' });
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

test('a part is unreachable if nothing listens at its address, and counts as reachable if that is unknown', async () => {
  await using server = await startAnsweringServer(() => ({}));
  const login = { user: 'u', password: 'p' };
  const run = sampleRun({
    api: { url: server.url },
    redis: { host: '127.0.0.1', port: 1, password: '' },
    rabbitmq: { host: '127.0.0.1', port: Number(new URL(server.url).port), ...login, metricsUrl: '' },
  });
  expect(await listUnreachable(run, ['api', 'redis', 'rabbitmq', 'bot', 'mock-cloud'])).toEqual([
    { part: 'redis', address: '127.0.0.1:1' },
  ]);
});
