import { compress } from 'snappyjs';
import { describe, expect, test } from 'vitest';
import { newSpanId, newTraceId, type TraceId } from '../../otlp/ids.ts';
import { WriteRequest } from '../../otlp/remote-write.ts';
import { TracesData } from '../../otlp/schema.ts';
import { JSON_TYPE, PROTOBUF, REMOTE_WRITE, startTestMock, type TestMock } from '../testing/test-mock.ts';

const MIB = 1024 * 1024;
const T = 1_795_340_000_000;

async function sendTrace(running: TestMock): Promise<TraceId> {
  const traceId = newTraceId();
  const attributes = [{ key: 'filler', value: { stringValue: 'x'.repeat(1000) } }];
  const spans = [{ traceId, spanId: newSpanId(), name: 'span', startTimeUnixNano: `${T}000000`, attributes }];
  const body = TracesData.encode(TracesData.fromJson({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
  expect(await running.post('otlp', '/otlp/v1/traces', body, PROTOBUF)).toMatchObject({ status: 200 });
  return traceId;
}

async function pushRound(running: TestMock, round: number, series: number, name: (n: number) => string): Promise<void> {
  const timeseries = Array.from({ length: series }, (_, number) => ({
    labels: [
      { name: '__name__', value: name(number) },
      { name: 'number', value: String(number) },
    ],
    samples: [{ value: round, timestamp: BigInt(T + round * 1000) }],
  }));
  const body = compress(WriteRequest.encode({ timeseries }));
  expect(await running.post('prometheus', '/api/prom/push', body, REMOTE_WRITE)).toMatchObject({ status: 200 });
}

const hasTrace = async (running: TestMock, id: TraceId) =>
  (await running.get('tempo', `/tempo/api/traces/${id}`)).status === 200;

describe('above the limit the oldest data are dropped', () => {
  test('of traces, with a line and a count', async () => {
    await using running = await startTestMock({ now: () => T, memoryBytes: 2 * MIB });
    const ids: TraceId[] = [];
    for (let number = 0; number < 2000; number++) ids.push(await sendTrace(running));
    const [first, last] = [ids[0], ids.at(-1)];
    if (first === undefined || last === undefined) throw new Error('no traces');
    expect(await hasTrace(running, first)).toBe(false);
    expect(await hasTrace(running, last)).toBe(true);
    const { backend } = running.mock;
    expect(backend.memory.bytes()).toBeLessThanOrEqual(2 * MIB);
    expect(backend.memory.bytes()).toBeGreaterThan(1.8 * MIB);
    expect(backend.traces.size() + backend.counters.dropped.spans).toBe(2000);
    expect(running.lines.at(-1)).toMatch(/^memory limit reached: dropped the oldest \d+ spans \(\d\.\d MiB\)$/);
    const metrics = (await running.get('otlp', '/metrics')).text;
    expect(metrics).toMatch(/^mock_dropped_total\{signal="spans"\} [1-9]\d+$/m);
    expect(metrics).toMatch(/^mock_received_total\{signal="spans"\} 2000$/m);
  });

  test('of a series, whose newest samples stay', async () => {
    await using running = await startTestMock({ now: () => T, memoryBytes: MIB });
    for (let round = 0; round < 300; round++) await pushRound(running, round, 300, (n) => `m_${n % 3}`);
    const held = (await running.json(
      'prometheus',
      `/api/prom/api/v1/query?${new URLSearchParams({ query: 'm_0{number="0"}[1h]', time: String(T / 1000 + 300) })}`,
    )) as { data: { result: { values: [number, string][] }[] } };
    const values = held.data.result[0]?.values ?? [];
    expect(values.at(-1)?.[1]).toBe('299');
    expect(Number(values[0]?.[1])).toBeGreaterThan(50);
    const { backend } = running.mock;
    expect(backend.memory.bytes()).toBeLessThanOrEqual(MIB);
    expect(backend.series.size()).toBe(300);
  });

  test('of series that are no longer written, which disappear', async () => {
    await using running = await startTestMock({ now: () => T, memoryBytes: MIB });
    for (let round = 0; round < 40; round++) await pushRound(running, round, 100, (n) => `churn_${round}_${n}`);
    const { backend } = running.mock;
    expect(backend.memory.bytes()).toBeLessThanOrEqual(MIB);
    expect(backend.series.size()).toBeLessThan(1500);
    const names = (await running.json('prometheus', '/api/prom/api/v1/label/__name__/values')) as { data: string[] };
    expect(names.data).toHaveLength(backend.series.size());
    expect(names.data).toContain('churn_39_0');
    expect(names.data).not.toContain('churn_0_0');
  });

  test('of all signals, not only of the one that arrives', async () => {
    await using running = await startTestMock({ now: () => T, memoryBytes: MIB });
    const old = await sendTrace(running);
    for (let round = 0; round < 60; round++) {
      const values = Array.from({ length: 100 }, (_, n) => [
        String((BigInt(T) + BigInt(n)) * 1_000_000n),
        `${round} ${'x'.repeat(100)}`,
      ]);
      const body = JSON.stringify({ streams: [{ stream: { service_name: 'a' }, values }] });
      expect(await running.post('loki', '/loki/api/v1/push', body, JSON_TYPE)).toMatchObject({ status: 204 });
    }
    expect(await hasTrace(running, old)).toBe(false);
    expect(running.mock.backend.memory.bytes()).toBeLessThanOrEqual(MIB);
    expect(running.mock.backend.counters.dropped['log records']).toBeGreaterThan(1000);
    const fresh = await sendTrace(running);
    expect(await hasTrace(running, fresh)).toBe(true);
  });
});

test('a series that was dropped comes back with its next sample', async () => {
  await using running = await startTestMock({ now: () => T, memoryBytes: 256 * 1024 });
  await pushRound(running, 0, 1, () => 'returning');
  for (let round = 0; round < 20; round++) await pushRound(running, round, 100, (n) => `churn_${round}_${n}`);
  const names = async () =>
    (await running.json('prometheus', '/api/prom/api/v1/label/__name__/values')) as { data: string[] };
  expect((await names()).data).not.toContain('returning');
  await pushRound(running, 21, 1, () => 'returning');
  expect((await names()).data).toContain('returning');
});
