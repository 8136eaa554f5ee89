import { expect, test } from 'vitest';
import { type Received, startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import type { CountedTelemetry } from '../emit/counted-telemetry.ts';
import { newSpan, resource, traces } from '../emit/telemetry.ts';
import type { Arrival } from '../findings/evidence.ts';
import { newTraceId, type TraceId } from '../otlp/ids.ts';
import { TracesData } from '../otlp/schema.ts';
import type { Run } from '../run/run.ts';
import { computeMetricDeadline, computeOtlpDeadline, SLACK } from './deadlines.ts';
import { countedDelivery, type Delivery, isDelivered, readLossBefore, serviceDelivery } from './delivery.ts';
import { run, useRun } from './run.ts';

const [first, second] = [newSpan({ name: 'a' }), newSpan({ name: 'b' })];
const child = newSpan({ name: 'c', parent: first });
const TIME = 1_000_000_000n;
const SENT: CountedTelemetry = {
  spans: [first, child, second],
  points: ['0', '1'].map((point) => ({ point, value: 1, time: TIME })),
  records: ['one', 'two', 'three'].map((line) => ({ line, time: TIME })),
};
/** As Tempo answers. */
const WIRE = { ids: 'base64', enums: 'name' } as const;
const ALL = { spans: [first, child, second], points: ['0', '1'], lines: ['one', 'two', 'three'] };
type Stored = typeof ALL & { readonly time?: bigint; readonly again?: readonly object[] };

/** A backend that has stored this, and an Alloy with this page of its own metrics. */
function answer({ spans, points, lines, time = TIME, again = [] }: Stored, page: () => string) {
  return ({ path }: Received) => {
    if (path.endsWith('/metrics')) return { body: page() };
    if (path.endsWith('/-/repeats')) return { body: JSON.stringify({ repeats: again }) };
    const id = path.split('/').at(-1);
    if (path.includes('/api/v2/traces/')) {
      const found = spans.filter(({ traceId }) => traceId === id);
      return { body: JSON.stringify({ trace: TracesData.toJson(traces(resource('s', 'run-1'), found), WIRE) }) };
    }
    if (path.endsWith('/query_range')) {
      const result = [{ stream: {}, values: lines.map((line) => [String(time), line]) }];
      return { body: JSON.stringify({ status: 'success', data: { resultType: 'streams', result } }) };
    }
    const result = points.map((point) => ({ metric: { point }, values: [[Number(time / 1_000_000n) / 1000, '1']] }));
    return { body: JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }) };
  };
}

async function count(stored: Stored, page: () => string = () => '', parts: Partial<Run> = {}): Promise<Delivery> {
  await using server = await startAnsweringServer(answer(stored, page));
  useRun(sampleRun({ origin: server.url, mockUrl: server.url, ...parts }));
  const before = await readLossBefore();
  return await countedDelivery(SENT, 's', before).ask();
}

const NONE = { refused: 0, failed: 0 };

test('all that was sent has arrived once', async () => {
  const delivery = await count(ALL);
  const ms = expect.any(Number);
  expect(delivery.signals).toEqual({
    spans: { emitted: 3, arrived: 3, twice: 0, ...NONE, ms },
    metric_points: { emitted: 2, arrived: 2, twice: 0, ...NONE, ms },
    log_records: { emitted: 3, arrived: 3, twice: 0, ...NONE, ms },
  });
  expect(isDelivered(delivery)).toBe(true);
});

test.each([
  ['a span that is lost', { spans: [first, second] }, { spans: { emitted: 3, arrived: 2, twice: 0 } }],
  ['all spans lost', { spans: [] }, { spans: { emitted: 3, arrived: 0, twice: 0 } }],
  ['a data point that is lost', { points: ['1'] }, { metric_points: { emitted: 2, arrived: 1, twice: 0 } }],
  ['a log record that is lost', { lines: ['one', 'three'] }, { log_records: { emitted: 3, arrived: 2, twice: 0 } }],
  ['a span that is there twice', { spans: [...ALL.spans, child] }, { spans: { emitted: 3, arrived: 3, twice: 1 } }],
  ['a data point in two series', { points: ['0', '1', '1'] }, { metric_points: { emitted: 2, arrived: 2, twice: 1 } }],
  [
    'a log record that is there twice',
    { lines: [...ALL.lines, 'two'] },
    { log_records: { emitted: 3, arrived: 3, twice: 1 } },
  ],
  [
    'a log record that the backend got again and kept once',
    { again: [{ signal: 'log records', labels: {}, line: 'two', count: 1 }] },
    { log_records: { emitted: 3, arrived: 3, twice: 1 } },
  ],
  [
    'a data point that the backend got again and kept once',
    { again: [{ signal: 'samples', labels: { point: '1' }, count: 2 }] },
    { metric_points: { emitted: 2, arrived: 2, twice: 1 } },
  ],
  [
    'a span without its parent',
    { spans: [first, { ...child, parentSpanId: '' as const }, second] },
    { spans: { arrived: 3, changed: { count: 1, in: ['parent'] } } },
  ],
  [
    'items of another time',
    { time: 9n * TIME, spans: [{ ...first, startTimeUnixNano: 0n }, child, second] },
    {
      spans: { arrived: 3, changed: { count: 1, in: ['time'] } },
      metric_points: { arrived: 2, changed: { count: 2, in: ['time'] } },
      log_records: { arrived: 3, changed: { count: 3, in: ['time'] } },
    },
  ],
])('is counted by its signal, whatever the others are: %s', async (_, stored, expected) => {
  const delivery = await count({ ...ALL, ...stored });
  expect(delivery.signals).toMatchObject(expected);
  expect(isDelivered(delivery)).toBe(false);
});

test('what arrives later than it may is not delivered', async () => {
  const { signals, bound } = await count(ALL);
  const late = { ...signals, spans: { emitted: 3, arrived: 3, twice: 0, ms: bound + 1 } };
  expect([isDelivered({ signals, bound }), isDelivered({ signals: late, bound })]).toEqual([true, false]);
});

test('nothing that was counted is nothing that was delivered', () => {
  expect(isDelivered({ bound: 1, signals: { samples: { emitted: 0, arrived: 0, twice: 0 } } })).toBe(false);
});

test('what is not there once Alloy has sent everything, and the backend has shown it, will not come', async () => {
  let sent = 2;
  const pages = () =>
    `otelcol_receiver_accepted_spans_total 3\notelcol_exporter_sent_spans_total ${sent}\notelcol_exporter_queue_size 0\n`;
  await using server = await startAnsweringServer(answer({ ...ALL, spans: [first] }, pages));
  useRun(sampleRun({ origin: server.url, mockUrl: server.url }));
  const question = countedDelivery(SENT, 's', await readLossBefore());
  const waitForFinal = async () => {
    const end = performance.now() + 700;
    while (performance.now() < end) if (question.isFinal?.(await question.ask()) === true) return true;
    return false;
  };
  expect(await waitForFinal()).toBe(false);
  sent = 3;
  expect(await waitForFinal()).toBe(true);
});

const page = (factor: number) =>
  ['spans', 'metric_points', 'log_records']
    .flatMap((signal, n) => [
      `otelcol_exporter_send_failed_${signal}_total{x="1"} ${factor * (n + 1)}`,
      `otelcol_exporter_enqueue_failed_${signal}_total ${factor}`,
      `otelcol_receiver_refused_${signal}_total ${10 * factor}`,
      `otelcol_exporter_sent_${signal}_total 7`,
    ])
    .join('\n');

test('what Alloy has refused and given up is counted by signal, and ends the wait', async () => {
  const delivery = await count(ALL, () => `${page(1)}\n`);
  expect(delivery.signals).toMatchObject({
    spans: { refused: 10, failed: 2 },
    metric_points: { refused: 10, failed: 3 },
    log_records: { refused: 10, failed: 4 },
  });
  expect(isDelivered(delivery)).toBe(false);
});

test('what the Alloy of a warm stack has lost before the criterion is not counted', async () => {
  let factor = 1;
  await using server = await startAnsweringServer(answer(ALL, () => `${page(factor)}\n`));
  useRun(sampleRun({ origin: server.url, alloyBefore: [] }));
  const question = countedDelivery(SENT, 's', await readLossBefore());
  expect(isDelivered(await question.ask())).toBe(true);
  factor = 2;
  expect((await question.ask()).signals).toMatchObject({ spans: { refused: 10, failed: 2 } });
});

test('what the Alloy of an external stack has lost may be of others, and is not counted', async () => {
  const delivery = await count(ALL, () => `${page(1)}\n`, { stack: 'external' });
  expect(delivery.signals.spans).toEqual({ emitted: 3, arrived: 3, twice: 0, ms: expect.any(Number) });
  expect(isDelivered(delivery)).toBe(true);
});

test('what was given up, or is there twice when all has arrived, will not be better later', () => {
  useRun(sampleRun());
  const question = countedDelivery(SENT, 's', undefined);
  const judge = (spans: Partial<Arrival>) => {
    const all = { emitted: 2, arrived: 2, twice: 0 };
    return question.isFinal?.({
      bound: 1,
      signals: { spans: { ...all, ...spans }, metric_points: all, log_records: all },
    });
  };
  const isFinal = [judge({ twice: 1 }), judge({ arrived: 1, failed: 1 }), judge({ arrived: 1, refused: 1 })];
  expect(isFinal).toEqual([true, true, true]);
  expect(judge({ arrived: 1, twice: 1 })).toBe(false);
  expect(question).toMatchObject({
    subject: { kind: 'delivery' },
    path: 'otlp',
    deadline: computeOtlpDeadline(run) + SLACK,
  });
});

test('a request to a service has arrived with its own span, a log record of its trace, and a later export of metrics', async () => {
  const ids = [first.traceId, newTraceId()];
  const stored: { server: TraceId[]; logged: TraceId[]; exported: number } = { server: [], logged: [], exported: 0 };
  await using server = await startAnsweringServer(({ path, parameters }) => {
    if (path.includes('/api/v2/traces/')) {
      const spans = stored.server
        .filter((id) => path.endsWith(id))
        .map((traceId) => ({ ...newSpan({ name: 'GET' }), traceId, kind: 2 as const }));
      return { body: JSON.stringify({ trace: TracesData.toJson(traces(resource('s', 'run-1'), spans), WIRE) }) };
    }
    if (path.endsWith('/query_range')) {
      const result = stored.logged.map((trace_id) => ({
        stream: { trace_id },
        values: [
          ['1', 'a'],
          ['2', 'b'],
        ],
      }));
      return { body: JSON.stringify({ status: 'success', data: { resultType: 'streams', result } }) };
    }
    if (path.endsWith('/metrics')) return { body: '' };
    if (path.endsWith('/-/repeats')) return { body: '{"repeats":[]}' };
    const value = parameters.get('query')?.startsWith('max') ? stored.exported : 1;
    const result = [{ metric: { __name__: 'm' }, value: [1, String(value)] }];
    return { body: JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }) };
  });
  useRun(sampleRun({ origin: server.url }));
  const question = serviceDelivery('s', ids, 5000, await readLossBefore());
  expect(question.deadline).toBe(computeMetricDeadline(run) + SLACK);
  const none = { emitted: 2, arrived: 0, twice: 0 };
  expect((await question.ask()).signals).toMatchObject({
    spans: none,
    metric_points: { emitted: 1, arrived: 0 },
    log_records: none,
  });
  Object.assign(stored, { server: [...ids], logged: ids.slice(0, 1), exported: 6 });
  const some = await question.ask();
  expect(some.signals).toMatchObject({
    spans: { emitted: 2, arrived: 2, twice: 0 },
    metric_points: { emitted: 1, arrived: 1 },
    log_records: { emitted: 2, arrived: 1, twice: 0 },
  });
  expect(isDelivered(some)).toBe(false);
  stored.logged = [...ids, ...ids];
  expect((await question.ask()).signals).toMatchObject({ log_records: { arrived: 2, twice: 2 } });
});
