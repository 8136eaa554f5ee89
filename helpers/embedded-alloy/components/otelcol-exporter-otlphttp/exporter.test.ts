import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { LogsData, TracesData } from '../../../otlp/schema.ts';
import { createSecret } from '../../language/evaluation/secret.ts';
import { encodeBatch, readProtobufBatch } from '../../pipeline/otlp/batch.ts';
import type { OtelcolConsumer, OtlpBatch } from '../../schema/capsules.ts';
import type { Instance } from '../../schema/component.ts';
import {
  buildArguments,
  type ComponentFixture,
  createFixture,
  type PartialArguments,
} from '../../testing/component-fixture.ts';
import { type RecordedRequest, type Reply, startRecordingServer } from '../../testing/recording-server.ts';
import { basicAuthBlock, createBasicAuth } from '../otelcol-auth-basic/component.ts';
import { type OtlpHttpExporterArgs, otlpHttpExporterBlock } from './block.ts';
import { createOtlpHttpExporter } from './exporter.ts';

const TOKEN = 'glc_do-not-show-this';
const wire = (name: string): Buffer =>
  readFileSync(new URL(`../../../../fixtures/captures/wire/${name}`, import.meta.url));
const traces = (): OtlpBatch => readProtobufBatch('traces', wire('sdk-traces.pb'));
const FAST = { initial_interval: 5, max_interval: 20 };

type Exporter = {
  readonly fixture: ComponentFixture;
  readonly send: OtelcolConsumer;
  readonly instance: Instance;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

async function startExporter(written: PartialArguments<OtlpHttpExporterArgs>): Promise<Exporter> {
  const fixture = createFixture('otelcol.exporter.otlphttp.cloud');
  const auth = createBasicAuth(
    buildArguments(basicAuthBlock, { username: '1461503', password: createSecret(TOKEN) }),
    createFixture('otelcol.auth.basic.cloud'),
  );
  const { handler } = auth.exports as { handler: { headers: () => Record<string, string> } };
  const client = { auth: handler.headers, ...written.client };
  const instance = createOtlpHttpExporter(buildArguments(otlpHttpExporterBlock, { ...written, client }), fixture);
  await instance.start();
  const { input } = instance.exports as { input: { consumer: OtelcolConsumer } };
  return {
    fixture,
    instance,
    send: input.consumer,
    [Symbol.asyncDispose]: async () => {
      await instance.stop(100);
      expect(JSON.stringify(fixture.lines)).not.toContain(TOKEN);
      expect(await fixture.registry.metrics()).not.toContain(TOKEN);
    },
  };
}

const backend = (...replies: Reply[]) =>
  startRecordingServer((_, number) => replies[Math.min(number, replies.length) - 1] ?? {});
const labels = { exporter: 'otlp_http/otelcol.exporter.otlphttp.cloud', component_path: '/' };
const packed = (request: RecordedRequest | undefined): Buffer => gunzipSync(request?.body ?? Buffer.alloc(0));

describe('otelcol.exporter.otlphttp sends', () => {
  test('each signal to its path as compressed protobuf, with Basic auth and its own user agent', async () => {
    await using cloud = await backend({});
    await using exporter = await startExporter({ client: { endpoint: `${cloud.url}/otlp` } });
    for (const [signal, file] of [
      ['traces', 'sdk-traces.pb'],
      ['metrics', 'sdk-metrics.pb'],
      ['logs', 'sdk-logs.pb'],
    ] as const) {
      await exporter.send(readProtobufBatch(signal, wire(file)));
    }
    await cloud.received(3);
    await exporter.instance.stop(1_000);
    const byUrl = new Map(cloud.requests.map((request) => [request.url, request]));
    expect([...byUrl.keys()].sort()).toEqual(['/otlp/v1/logs', '/otlp/v1/metrics', '/otlp/v1/traces']);
    expect(packed(byUrl.get('/otlp/v1/traces'))).toEqual(wire('sdk-traces.pb'));
    expect(packed(byUrl.get('/otlp/v1/metrics'))).toEqual(wire('sdk-metrics.pb'));
    expect(packed(byUrl.get('/otlp/v1/logs'))).toEqual(wire('sdk-logs.pb'));
    expect(byUrl.get('/otlp/v1/traces')?.headers).toMatchObject({
      'content-type': 'application/x-protobuf',
      'content-encoding': 'gzip',
      authorization: `Basic ${Buffer.from(`1461503:${TOKEN}`).toString('base64')}`,
      'user-agent': expect.stringContaining('embedded Alloy, not Grafana Alloy'),
    });
    const target = { server_address: '127.0.0.1', server_port: String(cloud.port), url_path: '/otlp/v1/traces' };
    const sent = await exporter.fixture.metric('otelcol_exporter_sent_spans_total', { ...labels, ...target });
    expect(sent).toBe(traces().items);
    expect(await exporter.fixture.metric('otelcol_exporter_send_failed_spans_total')).toBeUndefined();
  });

  test('JSON, and to the endpoint of a signal, if configured', async () => {
    await using cloud = await backend({
      headers: { 'content-type': 'application/json' },
      body: '{"partialSuccess":{}}',
    });
    await using exporter = await startExporter({
      client: { endpoint: 'http://127.0.0.1:9', compression: 'none', headers: { 'x-scope': 'a' } },
      logs_endpoint: `${cloud.url}/elsewhere`,
      encoding: 'json',
    });
    await exporter.send(readProtobufBatch('logs', wire('sdk-logs.pb')));
    await cloud.received(1);
    const [request] = cloud.requests;
    expect([request?.url, request?.headers['content-type'], request?.headers['x-scope']]).toEqual([
      '/elsewhere',
      'application/json',
      'a',
    ]);
    expect(LogsData.fromJson(JSON.parse(String(request?.body)))).toEqual(LogsData.decode(wire('sdk-logs.pb')));
  });

  test('again after 503 and 429, without losing data', async () => {
    await using cloud = await backend({ status: 503 }, { status: 429, headers: { 'retry-after': '0' } }, {});
    await using exporter = await startExporter({ client: { endpoint: cloud.url }, retry_on_failure: FAST });
    await exporter.send(traces());
    await cloud.received(3);
    await exporter.instance.stop(1_000);
    const { level, fields } = await exporter.fixture.logged('Exporting failed. Will retry the request after interval.');
    expect([level, fields.error]).toEqual([
      'info',
      `rpc error: code = Unavailable desc = error exporting items, request to ${cloud.url}/v1/traces responded with HTTP Status Code 503, Message=, Details=[]`,
    ]);
    expect(await exporter.fixture.metric('otelcol_exporter_sent_spans_total')).toBe(traces().items);
    expect(await exporter.fixture.metric('otelcol_exporter_send_failed_spans_total')).toBeUndefined();
  });

  test('once the backend is back; until then nothing counts as sent and the queue grows', async () => {
    const free = await backend();
    const { port, url } = free;
    await free[Symbol.asyncDispose]();
    await using exporter = await startExporter({ client: { endpoint: url }, retry_on_failure: FAST });
    await exporter.send(traces());
    await exporter.send(traces());
    const { fields } = await exporter.fixture.logged(/Will retry/);
    expect(fields.error).toBe(
      `failed to make an HTTP request: Post "${url}/v1/traces": dial tcp 127.0.0.1:${port}: connect: connection refused`,
    );
    expect(await exporter.fixture.metric('otelcol_exporter_sent_spans_total')).toBeUndefined();
    expect(await exporter.fixture.metric('otelcol_exporter_queue_size', { data_type: 'traces' })).toBe(2);
    expect(await exporter.fixture.metric('otelcol_exporter_queue_capacity', { data_type: 'traces' })).toBe(1000);
    await using cloud = await startRecordingServer(() => ({}), port);
    await cloud.received(2);
    await exporter.instance.stop(1_000);
    expect(await exporter.fixture.metric('otelcol_exporter_sent_spans_total')).toBe(2 * traces().items);
  });

  test('everything it holds before it stops', async () => {
    await using cloud = await backend({});
    await using exporter = await startExporter({
      client: { endpoint: cloud.url },
      sending_queue: { num_consumers: 1 },
    });
    const held = Array.from({ length: 20 }, () => exporter.send(traces()));
    await exporter.instance.stop(5_000);
    await Promise.all(held);
    expect(cloud.requests).toHaveLength(20);
  });
});

describe('otelcol.exporter.otlphttp drops', () => {
  test('data refused with 401, with Alloy’s log line and metrics', async () => {
    await using cloud = await backend({
      status: 401,
      body: '{"status":"error","error":"authentication error: invalid token"}',
    });
    await using exporter = await startExporter({ client: { endpoint: `${cloud.url}/otlp` } });
    await exporter.send(traces());
    const { level, fields } = await exporter.fixture.logged('Exporting failed. Dropping data.');
    expect(level).toBe('error');
    expect(fields).toEqual({
      error: `not retryable error: Permanent error: rpc error: code = Unauthenticated desc = error exporting items, request to ${cloud.url}/otlp/v1/traces responded with HTTP Status Code 401`,
      dropped_items: traces().items,
    });
    const failed = { ...labels, error_permanent: 'true', error_type: 'Unauthenticated' };
    expect(await exporter.fixture.metric('otelcol_exporter_send_failed_spans_total', failed)).toBe(traces().items);
    expect(await exporter.fixture.metric('otelcol_exporter_sent_spans_total', labels)).toBe(0);
    expect(exporter.fixture.health().state).toBe('healthy');
    expect(cloud.requests).toHaveLength(1);
  });

  test('data that could not be sent within max_elapsed_time', async () => {
    await using cloud = await backend({ status: 502 });
    await using exporter = await startExporter({
      client: { endpoint: cloud.url },
      retry_on_failure: { ...FAST, max_elapsed_time: 50 },
    });
    await exporter.send(traces());
    const { fields } = await exporter.fixture.logged('Exporting failed. Dropping data.');
    expect(fields.error).toMatch(/^no more retries left: rpc error: code = Unavailable/);
    const failed = { error_permanent: 'false', error_type: 'Unavailable' };
    expect(await exporter.fixture.metric('otelcol_exporter_send_failed_spans_total', failed)).toBe(traces().items);
  });

  test('data whose export exceeds the timeout', async () => {
    await using cloud = await backend('hang');
    await using exporter = await startExporter({
      client: { endpoint: cloud.url, timeout: 50 },
      retry_on_failure: { enabled: false },
    });
    await exporter.send(traces());
    const { fields } = await exporter.fixture.logged(
      'Exporting failed. Dropping data. Try enabling retry_on_failure config option to retry on retryable errors.',
    );
    expect(fields.error).toContain('context deadline exceeded');
    const failed = { error_type: 'Deadline_Exceeded' };
    expect(await exporter.fixture.metric('otelcol_exporter_send_failed_spans_total', failed)).toBe(traces().items);
  });

  test('data that a full queue has no room for, and rejects it', async () => {
    await using cloud = await backend('hang');
    await using exporter = await startExporter({
      client: { endpoint: cloud.url },
      sending_queue: { queue_size: 2, num_consumers: 1 },
    });
    await exporter.send(traces());
    await exporter.send(traces());
    await expect(exporter.send(traces())).rejects.toThrow('sending queue is full');
    expect(await exporter.fixture.metric('otelcol_exporter_enqueue_failed_spans_total')).toBe(traces().items);
  });

  test('nothing after a partial success, and warns about the rejected items', async () => {
    await using cloud = await backend({
      headers: { 'content-type': 'application/json' },
      body: '{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}',
    });
    await using exporter = await startExporter({ client: { endpoint: cloud.url } });
    await exporter.send(traces());
    const { level, fields } = await exporter.fixture.logged('Partial success response');
    expect([level, fields]).toEqual(['warn', { message: 'too old', dropped_spans: 2 }]);
  });
});

describe('otelcol.exporter.otlphttp refuses', () => {
  test.each(['127.0.0.1:4318', 'http://a b', 'http://h:port', 'http://h/%zz'])(
    'the endpoint %s, which is not a valid URL',
    (endpoint) => {
      const fixture = createFixture('otelcol.exporter.otlphttp.cloud');
      const args = buildArguments(otlpHttpExporterBlock, { client: { endpoint } });
      expect(() => createOtlpHttpExporter(args, fixture)).toThrow(/^endpoint must be a valid URL$/);
    },
  );
});

// Recorded from Alloy 1.18: the error, and the labels of the target.
test.each([
  ['localhost:1', 'localhost:1/v1/traces', 'unsupported protocol scheme "localhost"', { server_address: '' }],
  [
    'ftp://x:12',
    'ftp://x:12/v1/traces',
    'unsupported protocol scheme "ftp"',
    { server_address: 'x', server_port: '12' },
  ],
  ['http:x', 'http:x/v1/traces', 'http: no Host in request URL', { server_address: '' }],
  ['http:', 'http:/v1/traces', 'http: no Host in request URL', { server_address: '', url_path: '/v1/traces' }],
  [
    'http://h:99999',
    'http://h:99999/v1/traces',
    'dial tcp: address 99999: invalid port',
    { server_address: 'h', server_port: '99999' },
  ],
])('the endpoint %s is accepted, and every export to it fails', async (endpoint, url, reason, target) => {
  await using exporter = await startExporter({ client: { endpoint }, retry_on_failure: { enabled: false } });
  await exporter.send(traces());
  const { fields } = await exporter.fixture.logged(/^Exporting failed\. Dropping data\./);
  expect(fields.error).toBe(`failed to make an HTTP request: Post "${url}": ${reason}`);
  expect(
    await exporter.fixture.metric('otelcol_exporter_send_failed_spans_total', {
      ...target,
      error_type: '_OTHER',
    }),
  ).toBe(traces().items);
});

test('the queue sends a batch once it has min_size items', async () => {
  await using cloud = await backend({});
  await using exporter = await startExporter({
    client: { endpoint: cloud.url },
    sending_queue: { batch: { min_size: 3, max_size: 3, flush_timeout: 60_000 } },
  });
  const one = TracesData.decode(wire('sdk-traces.pb')).resourceSpans.slice(0, 1);
  const [scope] = one[0]?.scopeSpans ?? [];
  const [span] = scope?.spans ?? [];
  const batch = encodeBatch('traces', {
    resourceSpans: [{ schemaUrl: '', scopeSpans: [{ schemaUrl: '', spans: span === undefined ? [] : [span] }] }],
  });
  for (let sent = 0; sent < 3; sent++) {
    await exporter.send(batch);
  }
  await cloud.received(1);
  expect(TracesData.decode(packed(cloud.requests[0])).resourceSpans).toHaveLength(3);
});
