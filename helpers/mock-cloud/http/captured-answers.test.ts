import { compress } from 'snappyjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WriteRequest } from '../../otlp/remote-write.ts';
import { JSON_TYPE, REMOTE_WRITE, readCaptureJson, startTestMock, type TestMock } from '../testing/test-mock.ts';

/** Recorded answers of Tempo 3, Prometheus 3 and Loki 3; the mock receives the data that they are about. */
type Sample = { readonly metric: Record<string, string>; readonly value: [number, string] };
type PrometheusAnswer = {
  readonly status: string;
  readonly data: { resultType: string; result: Sample[] };
  infos?: string[];
};
const captured = <T>(name: string) => readCaptureJson(`query-apis/${name}.json`) as T;

/** A minute after the captures. */
const NOW = 1_795_341_600_000;

let running: TestMock;
beforeAll(async () => {
  running = await startTestMock({ now: () => NOW });
});
afterAll(() => running[Symbol.asyncDispose]());

const queryInstant = (query: string, time: number) =>
  running.json('prometheus', `/api/prom/api/v1/query?${new URLSearchParams({ query, time: String(time) })}`);
const expectInAnyOrder = (answer: PrometheusAnswer) => ({
  ...answer,
  data: { ...answer.data, result: expect.toSatisfy((found) => expectSameMembers(found, answer.data.result)) },
});
const expectSameMembers = (found: unknown, expected: readonly unknown[]) => {
  expect(found).toHaveLength(expected.length);
  for (const item of expected) expect(found).toContainEqual(item);
  return true;
};
const push = (
  series: readonly { labels: Record<string, string>; samples: readonly (readonly [number, number])[] }[],
) => {
  const timeseries = series.map(({ labels, samples }) => ({
    labels: Object.entries(labels).map(([name, value]) => ({ name, value })),
    samples: samples.map(([timestamp, value]) => ({ value, timestamp: BigInt(timestamp) })),
  }));
  return running.post('prometheus', '/api/prom/push', compress(WriteRequest.encode({ timeseries })), REMOTE_WRITE);
};

describe('Tempo', () => {
  type TraceAnswer = { trace: { resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[] } };
  const trace = captured<TraceAnswer>('tempo-trace-v2');
  const decodeHex = (base64: unknown) => Buffer.from(String(base64), 'base64').toString('hex');

  beforeAll(async () => {
    const written = structuredClone(trace.trace);
    for (const { scopeSpans } of written.resourceSpans) {
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        for (const id of ['traceId', 'spanId', 'parentSpanId']) if (id in span) span[id] = decodeHex(span[id]);
      }
    }
    const answer = await running.post('otlp', '/otlp/v1/traces', JSON.stringify(written), JSON_TYPE);
    expect(answer).toMatchObject({ status: 200 });
  });

  test('a trace by ID is answered field by field', async () => {
    const answer = await running.json('tempo', '/tempo/api/v2/traces/6cd472d3fbf692a81fdd7353690756db');
    expect(answer).toEqual({ ...trace, metrics: { inspectedBytes: expect.stringMatching(/^[1-9]\d*$/) } });
  });

  test('a search is answered field by field', async () => {
    const q = '{span.db.system="postgresql"}';
    const found = await running.json('tempo', `/tempo/api/search?${new URLSearchParams({ q })}`);
    const metrics = { inspectedBytes: expect.stringMatching(/^\d+$/), completedJobs: 1, totalJobs: 1 };
    expect(found).toEqual({ ...captured<object>('tempo-search'), metrics });
  });
});

describe('Prometheus', () => {
  test('OTLP metrics are found under Prometheus’s names and labels', async () => {
    const answer = captured<PrometheusAnswer>('prometheus-query-otlp');
    const [time] = answer.data.result[0]?.value ?? [0];
    const point = { timeUnixNano: `${Math.round(time * 1000) - 500}000000` };
    const histogram = (sum: number, bounds: number[], attributes: unknown[] = []) => ({
      aggregationTemporality: 2,
      dataPoints: [{ ...point, count: '3', sum, explicitBounds: bounds, bucketCounts: ['1', '2', '0'], attributes }],
    });
    const method = { key: 'http.method', value: { stringValue: 'GET' } };
    const metrics = [
      { name: 'http.server.duration', unit: 'ms', histogram: histogram(12, [5, 10], [method]) },
      { name: 'http.server.request.duration', unit: 's', histogram: histogram(0.012, [0.005, 0.01]) },
      {
        name: 'http.server.active_requests',
        unit: '{request}',
        sum: { aggregationTemporality: 2, isMonotonic: false, dataPoints: [{ ...point, asInt: '1' }] },
      },
      {
        name: 'http.server.requests',
        sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [{ ...point, asInt: '4' }] },
      },
      { name: 'process.memory', unit: 'By', gauge: { dataPoints: [{ ...point, asDouble: 4.5 }] } },
    ];
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'api-service' } }] };
    const body = JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] });
    expect(await running.post('otlp', '/otlp/v1/metrics', body, JSON_TYPE)).toMatchObject({ status: 200 });
    expect(await queryInstant('{job="api-service"}', time)).toEqual(expectInAnyOrder(answer));
  });

  test('a scraped series is answered field by field', async () => {
    const answer = captured<PrometheusAnswer>('prometheus-query-scrape');
    const { metric, value } = answer.data.result[0] ?? { metric: {}, value: [0, '0'] as const };
    await push([{ labels: metric, samples: [[Math.round(value[0] * 1000) - 500, Number(value[1])]] }]);
    expect(await queryInstant('pg_stat_database_xact_commit{datname="game_scheduler"}', value[0])).toEqual(answer);
  });

  test('the rate of a metric without the name of a counter is answered with the remark', async () => {
    const answer = captured<PrometheusAnswer>('prometheus-query-rate');
    const { metric, value } = answer.data.result[0] ?? { metric: {}, value: [0, '0'] as const };
    const now = Math.round(value[0] * 1000);
    const labels = { __name__: 'pg_stat_database_xact_commit', ...metric };
    await push([{ labels, samples: [20_000, 10_000, 1].map((age) => [now - age, 9000 - age / 10] as const) }]);
    const query = 'rate(pg_stat_database_xact_commit{datname="game_scheduler"}[30s])';
    const found = (await queryInstant(query, value[0])) as PrometheusAnswer;
    expect({ ...found, data: undefined }).toEqual({ ...answer, data: undefined });
    expect(found.data.result).toEqual([{ metric, value: [value[0], expect.stringMatching(/^\d+\.\d+$/)] }]);
  });

  test('series are listed with all their labels', async () => {
    const answer = captured<{ status: string; data: Record<string, string>[] }>('prometheus-series');
    await push(answer.data.map((labels) => ({ labels, samples: [[1795340349000, 1]] })));
    const match = 'match[]=pg_up&match[]=redis_up&match[]=up';
    const found = (await running.json('prometheus', `/api/prom/api/v1/series?${match}`)) as typeof answer;
    expect(found.status).toBe(answer.status);
    expectSameMembers(found.data, answer.data);
  });

  test('a query may come as a form', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams({ query: 'vector(1)', time: '5' }).toString();
    const { text } = await running.post('prometheus', '/api/prom/api/v1/query', body, form);
    expect(JSON.parse(text).data).toEqual({ resultType: 'vector', result: [{ metric: {}, value: [5, '1'] }] });
  });
});

describe('Loki', () => {
  test('a log is answered with its labels, its metadata and its line', async () => {
    type LokiAnswer = {
      status: string;
      data: { resultType: string; result: { stream: object; values: string[][] }[] };
    };
    const answer = captured<LokiAnswer>('loki-query-range');
    const text = (stringValue: string) => ({ stringValue });
    const record = {
      timeUnixNano: '1795340543834795298',
      severityNumber: 9,
      severityText: 'INFO',
      body: text('hello from api'),
      traceId: 'af74dbd407b76bc022146f0be4093f51',
      spanId: 'eee19b7ec3c1b174',
      attributes: [{ key: 'logger.name', value: text('main') }],
    };
    const resource = {
      attributes: [
        { key: 'service.name', value: text('api-service') },
        { key: 'deployment.environment', value: text('test') },
      ],
    };
    const scopeLogs = [{ scope: { name: 'app' }, logRecords: [record] }];
    const body = JSON.stringify({ resourceLogs: [{ resource, scopeLogs }] });
    expect(await running.post('otlp', '/otlp/v1/logs', body, JSON_TYPE)).toMatchObject({ status: 200 });
    const query = '{service_name="api-service"} | trace_id="af74dbd407b76bc022146f0be4093f51"';
    const range = new URLSearchParams({ query, start: '1795340540', end: '1795340550' });
    const found = (await running.json('loki', `/loki/api/v1/query_range?${range}`)) as LokiAnswer;
    expect({ ...found.data, stats: undefined }).toEqual({ ...answer.data, stats: undefined });
    expect(found.data).toMatchObject({ stats: { summary: { totalEntriesReturned: 1 } } });
    expect(await running.json('loki', '/loki/api/v1/labels')).toEqual({
      status: 'success',
      data: ['deployment_environment', 'service_name'],
    });
  });
});
