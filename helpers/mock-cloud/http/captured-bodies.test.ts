import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PROTOBUF,
  REMOTE_WRITE,
  readCapture,
  readCaptureJson,
  startTestMock,
  type TestMock,
} from '../testing/test-mock.ts';

/** Bodies that Alloy 1.18 and the Node SDK sent, and how an independent decoder reads them. */
/** A minute after the captures. */
const NOW = 1_795_341_600_000;

let running: TestMock;
beforeAll(async () => {
  running = await startTestMock({ now: () => NOW });
  const gzip = { ...PROTOBUF, 'content-encoding': 'gzip' };
  for (const [path, body, headers] of [
    ['traces', 'otlp-traces.pb.gz', gzip],
    ['traces', 'sdk-traces.pb', PROTOBUF],
    ['metrics', 'sdk-metrics.pb', PROTOBUF],
    ['logs', 'sdk-logs.pb', PROTOBUF],
  ] as const) {
    const answer = await running.post('otlp', `/otlp/v1/${path}`, readCapture(`wire/${body}`), headers);
    expect(answer).toMatchObject({ status: 200 });
  }
  const body = readCapture('wire/remote-write.snappy');
  expect(await running.post('prometheus', '/api/prom/push', body, REMOTE_WRITE)).toMatchObject({
    status: 200,
    text: '',
  });
});
afterAll(() => running[Symbol.asyncDispose]());

describe('traces', () => {
  type Decoded = { resourceSpans: { scopeSpans: { spans: { traceId: string; spanId: string }[] }[] }[] };

  test.each(['otlp-traces', 'sdk-traces'])(
    'every trace of %s is found by its ID, with each span as it was sent',
    async (name) => {
      const sent = readCaptureJson(`wire/${name}.decoded.json`) as Decoded;
      const spans = sent.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
      expect(spans.length).toBeGreaterThan(0);
      for (const span of spans) {
        const id = Buffer.from(span.traceId, 'base64').toString('hex');
        const { trace } = (await running.json('tempo', `/tempo/api/v2/traces/${id}`)) as { trace: Decoded };
        const found = trace.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
        expect(found).toContainEqual(span);
      }
    },
  );
});

describe('remote write', () => {
  type Decoded = { labels: Record<string, string>; samples: [number, number][] }[];
  const sent = JSON.parse(
    readCapture('wire/remote-write.decoded.json')
      .toString()
      .replace(/\bNaN\b/g, '"NaN"')
      .replace(/\bInfinity\b/g, '"+Inf"'),
  ) as Decoded;

  test('every series is found with the labels and the value that were sent', async () => {
    const latest = Math.max(...sent.flatMap(({ samples }) => samples.map(([, time]) => time))) / 1000;
    const query = new URLSearchParams({ query: '{__name__=~".+",job=~"integrations/.*|.*"}', time: String(latest) });
    const answer = (await running.json('prometheus', `/api/prom/api/v1/query?${query}`)) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    const key = (labels: Record<string, string>) => JSON.stringify(Object.entries(labels).sort());
    const found = new Map(answer.data.result.map(({ metric, value }) => [key(metric), value[1]]));
    const expected = new Map(sent.map(({ labels, samples }) => [key(labels), String(samples.at(-1)?.[0])]));
    const missing = [...expected].filter(
      ([labels, value]) => Number(found.get(labels)) !== Number(value) && found.get(labels) !== value,
    );
    expect(expected.size).toBeGreaterThan(1000);
    expect(missing).toEqual([]);
  });
});

describe('metrics', () => {
  test('become series with the units in their names', async () => {
    const names = (await running.json(
      'prometheus',
      `/api/prom/api/v1/label/__name__/values?${new URLSearchParams({ 'match[]': '{instance="run-1"}' })}`,
    )) as { data: string[] };
    expect(names.data).toEqual(
      expect.arrayContaining([
        'db_client_operation_duration_seconds_bucket',
        'http_client_request_duration_seconds_count',
        'http_server_request_duration_seconds_sum',
        'target_info',
      ]),
    );
    const query = new URLSearchParams({
      query: 'http_server_request_duration_seconds_bucket{le="0.05",http_response_status_code="200"}',
      time: '1795341547',
    });
    expect(await running.json('prometheus', `/api/prom/api/v1/query?${query}`)).toMatchObject({
      data: {
        result: [
          {
            metric: {
              __name__: 'http_server_request_duration_seconds_bucket',
              http_request_method: 'GET',
              http_response_status_code: '200',
              instance: 'run-1',
              job: 'api-service',
              le: '0.05',
              network_protocol_version: '1.1',
              service_instance_id: 'run-1',
              service_name: 'api-service',
              url_scheme: 'http',
            },
            value: [1795341547, '1'],
          },
        ],
      },
    });
  });
});

describe('logs', () => {
  test('are found by their trace, with nested attributes as structured metadata', async () => {
    const query = '{service_name="api-service"} | trace_id="012dd9a500bdbabcb1f76b60d7c24ccd" |= "consumed"';
    const range = new URLSearchParams({ query, start: '1795341540', end: '1795341550' });
    const { data } = (await running.json('loki', `/loki/api/v1/query_range?${range}`)) as {
      data: { result: { stream: object; values: string[][] }[] };
    };
    expect(data.result).toEqual([
      {
        stream: {
          detected_level: 'info',
          flags: '1',
          headers_traceparent: '00-012dd9a500bdbabcb1f76b60d7c24ccd-51efd3bfb457ef0c-01',
          observed_timestamp: '1795341544938000000',
          scope_name: '@opentelemetry/instrumentation-pino',
          scope_version: '0.69.0',
          service_instance_id: 'run-1',
          service_name: 'api-service',
          severity_number: '9',
          severity_text: 'info',
          span_id: Buffer.from('yKjYWgdqUPc=', 'base64').toString('hex'),
          telemetry_sdk_language: 'nodejs',
          telemetry_sdk_name: 'opentelemetry',
          telemetry_sdk_version: '2.12.0',
          trace_id: '012dd9a500bdbabcb1f76b60d7c24ccd',
        },
        values: [['1795341544938000000', 'consumed']],
      },
    ]);
  });
});
