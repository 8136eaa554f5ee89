import { expect, test } from 'vitest';
import { z } from 'zod';
import { readCapture, startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import type { Subject } from '../findings/evidence.ts';
import { newTraceId } from '../otlp/ids.ts';
import { findAbsences } from './absence.ts';
import { findStandstill } from './standstill.ts';

const { list, details } = z
  .object({ 'GET /api/v0/web/components': z.array(z.unknown()), details: z.record(z.string(), z.unknown()) })
  .transform(({ 'GET /api/v0/web/components': components, details: described }) => {
    return { list: JSON.stringify(components), details: described };
  })
  .parse(JSON.parse(readCapture('alloy-1.18/components-api.json')));
const RECEIVER = 'otelcol.receiver.otlp.services';
const EXPORTER = 'otelcol.exporter.otlphttp.grafana_cloud';
const WRITE = 'prometheus.remote_write.grafana_cloud';
const TRACES: Subject = { kind: 'traces', query: '{}' };

/** What an Alloy has counted, and whether the backend has what is asked for. */
type World = {
  readonly counts: Readonly<Record<string, number>>;
  readonly isStored?: boolean;
  /** Of two traces that are asked for, it has the second. */
  readonly hasSecond?: boolean;
};
const WHENEVER = { since: 0, deadline: 60_000 };
let runs = 0;

/** A real Alloy's pipeline that has counted this, in front of a backend that answers every question. */
async function startWorld({ counts, isStored = false, hasSecond = false }: World) {
  const asked = new Set<string>();
  const page = Object.entries(counts).map(([name, value]) => {
    const component = name.includes('receiver') ? RECEIVER : name.startsWith('otelcol') ? EXPORTER : WRITE;
    const more = name.endsWith('queue_size') ? ',data_type="traces"' : '';
    return `${name}{component_id="${component}"${more}} ${value}\n`;
  });
  const span = { traceId: Buffer.alloc(16, 1).toString('base64'), spanId: Buffer.alloc(8, 1).toString('base64') };
  const stored = { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] };
  const series = isStored ? [{ metric: {}, value: [1, '1'] }] : [];
  const server = await startAnsweringServer(({ path }) => {
    if (path === '/metrics') return { body: page.join('') };
    if (path === '/api/v0/web/components') return { body: list };
    if (path.startsWith('/api/v0/web/components/'))
      return { body: JSON.stringify(details[path.split('/').at(-1) ?? '']) };
    if (path.includes('/api/v2/traces/')) {
      const isThere = isStored || (hasSecond && [...asked.add(path)].indexOf(path) === 1);
      return { body: JSON.stringify({ trace: isThere ? stored : {} }) };
    }
    if (path.includes('/v1/traces')) return { body: '{}' };
    return { body: JSON.stringify({ status: 'success', data: { resultType: 'vector', result: series } }) };
  });
  const run = sampleRun({ origin: server.url, id: `run-${runs++}`, seriesMark: { verify_run: 'x' } });
  return { run, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const delivered = { otelcol_receiver_accepted_spans_total: 25, otelcol_exporter_sent_spans_total: 25 };
const written = {
  prometheus_remote_storage_samples_total: 99,
  prometheus_remote_storage_queue_highest_sent_timestamp_seconds: 5,
};

test('a signal is absent if what Alloy sends without a failure is nowhere', async () => {
  await using world = await startWorld({ counts: delivered });
  expect(await findAbsences(world.run, TRACES)).toEqual([{ items: 'spans', sent: 25 }]);
  expect(await findAbsences(world.run, { kind: 'delivery' })).toEqual([{ items: 'spans', sent: 25 }]);
});

test('it is not absent if the backend loses every second export', async () => {
  await using world = await startWorld({ counts: delivered, hasSecond: true });
  expect(await findAbsences(world.run, TRACES)).toEqual([]);
});

test.each<[string, World]>([
  ['the backend has it', { counts: delivered, isStored: true }],
  ['Alloy has given some up', { counts: { ...delivered, otelcol_exporter_send_failed_spans_total: 1 } }],
  ['Alloy keeps some', { counts: { ...delivered, otelcol_exporter_queue_size: 1 } }],
  ['Alloy has sent nothing', { counts: { otelcol_receiver_accepted_spans_total: 25 } }],
])('it is not known to be absent if %s', async (_, described) => {
  await using world = await startWorld(described);
  expect(await findAbsences(world.run, TRACES)).toEqual([]);
});

test.each<[string, World, object[]]>([
  ['absent if no series has the mark of the run', { counts: written }, [{ items: 'samples', sent: 99 }]],
  ['not if one has', { counts: written, isStored: true }, []],
  [
    'not if remote write, which counts before it is answered, has got no answer',
    { counts: { ...written, prometheus_remote_storage_queue_highest_sent_timestamp_seconds: 0 } },
    [],
  ],
])('scraped samples are %s', async (_, described, absences) => {
  await using world = await startWorld(described);
  const labels = { job: 'integrations/redis_exporter', instance: 'redis' };
  expect(await findAbsences(world.run, { kind: 'scraped metric', expression: '', metric: 'up', labels })).toEqual(
    absences,
  );
});

test('an exporter that sends nothing for long is told from one that has just begun', async () => {
  const waiting = { otelcol_receiver_accepted_spans_total: 5, otelcol_exporter_queue_size: 5 };
  await using world = await startWorld({ counts: waiting });
  const look = () => findStandstill(world.run, TRACES, WHENEVER);
  expect(await look()).toMatchObject({ kind: 'waiting' });
  await using patient = await startWorld({ counts: waiting });
  const { intervals } = patient.run;
  const run = { ...patient.run, intervals: { ...intervals, otlpBatch: -3000 } };
  expect(await findStandstill(run, TRACES, WHENEVER)).toMatchObject({ kind: 'again' });
});

test('what the run itself sent will not come once Alloy has sent everything and the backend has had its time', async () => {
  await using world = await startWorld({ counts: delivered });
  const own: Subject = { kind: 'trace', traceId: newTraceId(), isOwn: true };
  const began = performance.now();
  let found = await findStandstill(world.run, own, WHENEVER);
  expect(found).toBeUndefined();
  while (found === undefined && performance.now() - began < 3000)
    found = await findStandstill(world.run, own, WHENEVER);
  expect(found).toEqual({ kind: 'for good', fault: 'lost' });
  expect(await findStandstill(world.run, TRACES, WHENEVER)).toBeUndefined();
});
