import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JSON_TYPE, startTestMock, type TestMock } from '../testing/test-mock.ts';

/** What Tempo 3, Prometheus 3 and Loki 3 refuse of OTLP, and in which words; metrics in Mimir's. */
const NOW = 1_795_341_600_000;
const MINUTE = 60_000;
const nanos = (age = 0) => String(BigInt(NOW - age) * 1_000_000n);
const text = (stringValue: string) => ({ stringValue });
const list = (attributes: Record<string, string>) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: text(value) }));

let running: TestMock;
beforeAll(async () => {
  running = await startTestMock({ now: () => NOW });
});
afterAll(() => running[Symbol.asyncDispose]());

const send = async (signal: 'traces' | 'metrics' | 'logs', body: object) => {
  const answer = await running.post('otlp', `/otlp/v1/${signal}`, JSON.stringify(body), JSON_TYPE);
  return { status: answer.status, ...JSON.parse(answer.text) };
};

describe('traces', () => {
  const build = (span: object) => {
    const good = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', name: 'x' };
    return { resourceSpans: [{ scopeSpans: [{ spans: [good, { ...good, ...span }] }] }] };
  };
  test.each([
    ['without a trace ID', { traceId: '' }, 'trace ids must be 128 bit, received 0 bits'],
    ['with a trace ID of zeros', { traceId: '0'.repeat(32) }, 'trace ids must be 128 bit, received 0 bits'],
    ['without a span ID', { spanId: '' }, 'span ids must be 64 bit and not all zero, received 0 bits'],
    [
      'with a span ID of zeros',
      { spanId: '0'.repeat(16) },
      'span ids must be 64 bit and not all zero, received 0 bits',
    ],
  ])('with a span %s are refused, and the good span with it', async (_, span, message) => {
    expect(await send('traces', build(span))).toEqual({ status: 400, code: 3, message });
    expect(running.mock.backend.traces.size()).toBe(0);
  });
});

describe('metrics', () => {
  const build = (name: string, point: object) => {
    const gauge = { dataPoints: [{ timeUnixNano: nanos(), asDouble: 1, ...point }] };
    const resource = { attributes: list({ 'service.name': 'api' }) };
    return { resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [{ name, gauge }] }] }] };
  };
  test.each([
    ['three hours old', { timeUnixNano: nanos(180 * MINUTE) }, /err-mimir-sample-timestamp-too-old/],
    ['11 minutes ahead', { timeUnixNano: nanos(-11 * MINUTE) }, /err-mimir-too-far-in-future/],
    ['in milliseconds', { timeUnixNano: String(NOW) }, /err-mimir-sample-timestamp-too-old.* 1970-01-01/],
    ['without a time', { timeUnixNano: '0' }, /err-mimir-sample-timestamp-too-old/],
    [
      'with 31 labels',
      { attributes: Array.from({ length: 29 }, (_, index) => ({ key: `k${index}`, value: text('x') })) },
      /\(actual: 32, limit: 30\).*err-mimir-max-label-names-per-series/,
    ],
    ['with an attribute without a name', { attributes: list({ '': 'x' }) }, /^label name is empty$/],
    [
      'with an attribute of no valid character',
      { attributes: list({ 日本: 'x' }) },
      /^normalization for label name "日本" resulted in invalid name "__"$/,
    ],
  ])('%s are refused', async (_, point, message) => {
    expect(await send('metrics', build('refused', point))).toEqual({
      status: 400,
      code: 3,
      message: expect.stringMatching(message),
    });
    expect(running.mock.backend.series.size()).toBe(0);
  });

  test('with a second value for a time are refused, and the rest of the export is stored', async () => {
    await using fresh = await startTestMock({ now: () => NOW });
    const post = (body: object) => fresh.post('otlp', '/otlp/v1/metrics', JSON.stringify(body), JSON_TYPE);
    expect(await post(build('one', {}))).toMatchObject({ status: 200 });
    expect(await post(build('one', {}))).toMatchObject({ status: 200 });
    const both = {
      resourceMetrics: [...build('one', { asDouble: 2 }).resourceMetrics, ...build('two', {}).resourceMetrics],
    };
    const answer = await post(both);
    expect(answer).toMatchObject({
      status: 400,
      text: expect.stringContaining('err-mimir-sample-duplicate-timestamp'),
    });
    expect([...fresh.mock.backend.series.select('two')]).toHaveLength(1);
  });
});
