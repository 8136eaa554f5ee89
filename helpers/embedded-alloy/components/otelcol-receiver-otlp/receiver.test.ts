import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { compress } from 'snappyjs';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LogsData, MetricsData, TracesData } from '../../../otlp/schema.ts';
import { ALL_SIGNALS, SIGNALS } from '../../pipeline/otlp/signals.ts';
import type { OtelcolConsumer, OtlpBatch, Signal } from '../../schema/capsules.ts';
import { buildArguments, type ComponentFixture, createFixture } from '../../testing/component-fixture.ts';
import { formatPost, rawHttp } from '../../testing/raw-http.ts';
import { batchProcessorBlock } from '../otelcol-processor-batch/block.ts';
import { createBatchProcessor } from '../otelcol-processor-batch/processor.ts';
import { otlpReceiverBlock } from './block.ts';
import { createOtlpReceiver } from './receiver.ts';

const wire = (name: string): Buffer =>
  readFileSync(new URL(`../../../../fixtures/captures/wire/${name}`, import.meta.url));
const JSON_TYPE = { 'Content-Type': 'application/json' };
const PROTO_TYPE = { 'Content-Type': 'application/x-protobuf' };
const LOOPBACK = '127.0.0.1:0';

type Running = {
  readonly fixture: ComponentFixture;
  readonly batches: OtlpBatch[];
  readonly http: string;
  readonly grpc: string;
  readonly stop: () => Promise<void>;
};

type Overrides = {
  readonly refuse?: string;
  readonly maxBodySize?: number;
  readonly maxMessageSize?: number;
  /** The signals that have an output. */
  readonly signals?: readonly Signal[];
  /** The output, instead of one that keeps the batches. */
  readonly next?: OtelcolConsumer;
};

async function startReceiver(overrides: Overrides = {}): Promise<Running> {
  const fixture = createFixture('otelcol.receiver.otlp.default');
  const batches: OtlpBatch[] = [];
  const consumer = async (batch: OtlpBatch): Promise<void> => {
    if (overrides.refuse !== undefined) {
      throw new Error(overrides.refuse);
    }
    batches.push(batch);
  };
  const args = buildArguments(otlpReceiverBlock, {
    grpc: { endpoint: LOOPBACK, max_recv_msg_size: overrides.maxMessageSize ?? 0 },
    http: { endpoint: LOOPBACK, max_request_body_size: overrides.maxBodySize ?? 0 },
    output: Object.fromEntries(
      (overrides.signals ?? ALL_SIGNALS).map((signal) => [signal, [overrides.next ?? consumer]]),
    ),
  });
  const receiver = createOtlpReceiver(args, fixture);
  await receiver.start();
  const findEndpoint = (message: string): string =>
    String(fixture.lines.find((line) => line.message === message)?.fields.endpoint);
  return {
    fixture,
    batches,
    http: findEndpoint('Starting HTTP server'),
    grpc: findEndpoint('Starting GRPC server'),
    stop: async () => {
      await receiver.stop(1_000);
    },
  };
}

let running: Running;
beforeEach(async () => {
  running = await startReceiver();
});
afterEach(async () => {
  await running.stop();
});

/** MiBs of zeros, compressed one by one: a gzip file may have many members. */
function gzipBomb(mebibytes: number): Buffer {
  return Buffer.concat(new Array<Buffer>(mebibytes).fill(gzipSync(Buffer.alloc(1024 * 1024))));
}

const goodTrace = (): Buffer => formatPost('/v1/traces', PROTO_TYPE, wire('sdk-traces.pb'));

async function expectGoodTraceArrives(): Promise<void> {
  const before = running.batches.length;
  const answer = await rawHttp(running.http, goodTrace());
  expect(answer.status).toBe(200);
  expect(running.batches.slice(before).map((batch) => Buffer.from(batch.body))).toEqual([wire('sdk-traces.pb')]);
}

describe('over HTTP it gives the recorded answer of Alloy', () => {
  const requests: Readonly<Record<string, Buffer>> = {
    'malformed json': formatPost('/v1/traces', JSON_TYPE, '{"resourceSpans":[{'),
    'json unknown field': formatPost('/v1/traces', JSON_TYPE, '{"resourceSpans":[],"unheardOf":1}'),
    'bad traceId hex': formatPost(
      '/v1/traces',
      JSON_TYPE,
      '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"zz","spanId":"1"}]}]}]}',
    ),
    'no content type': formatPost('/v1/traces', {}, '{}'),
    'text content type': formatPost('/v1/traces', { 'Content-Type': 'text/plain' }, '{}'),
    'truncated protobuf': formatPost('/v1/traces', PROTO_TYPE, wire('sdk-traces.pb').subarray(0, 100)),
    'gzip garbage': formatPost('/v1/traces', { ...JSON_TYPE, 'Content-Encoding': 'gzip' }, 'garbage'),
    'unknown encoding': formatPost('/v1/traces', { ...JSON_TYPE, 'Content-Encoding': 'br' }, '{}'),
    GET: Buffer.from('GET /v1/traces HTTP/1.1\r\nHost: x\r\n\r\n'),
    'unknown path': formatPost('/v1/nothing', JSON_TYPE, '{}'),
    'empty json': formatPost('/v1/traces', JSON_TYPE, '{}'),
    'logs ok': formatPost('/v1/logs', JSON_TYPE, '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}'),
    'metrics ok': formatPost('/v1/metrics', JSON_TYPE, '{"resourceMetrics":[]}'),
  };
  const recorded = readFileSync(
    new URL('../../../../fixtures/captures/alloy-1.18/otlp-http-responses.txt', import.meta.url),
    'utf8',
  )
    .split(/^--- /m)
    .slice(1)
    .map((part) => {
      const [name = '', statusLine = '', ...lines] = part.split('\n');
      const headers = lines.filter((line) => /^[A-Z][\w-]*: /.test(line));
      const length = Number(headers.find((line) => line.startsWith('Content-Length'))?.split(': ')[1]);
      return { name, statusLine, headers, length, body: lines.slice(headers.length).join('\n').trim() };
    })
    .filter((answer) => answer.statusLine.startsWith('HTTP/'));

  test('the recording has an answer to each of these requests', () => {
    expect(recorded.map(({ name }) => name).sort()).toEqual(Object.keys(requests).sort());
  });

  test.each(recorded)(
    'to "$name", and accepts a valid request after it',
    async ({ name, statusLine, headers, length, body }) => {
      const answer = await rawHttp(running.http, requests[name] ?? Buffer.alloc(0));
      expect(answer.statusLine).toBe(statusLine);
      const sent = answer.headers
        .filter(([header]) => header !== 'Date')
        .map(([header, value]) => `${header}: ${value}`);
      expect(sent).toEqual(headers);
      expect(answer.body).toHaveLength(length);
      // The recording shows a binary status as the text it contains.
      expect(answer.body.toString()).toContain(body);
      await expectGoodTraceArrives();
    },
  );

  test('to an empty protobuf body: an empty partial success in protobuf', async () => {
    const answer = await rawHttp(running.http, formatPost('/v1/traces', PROTO_TYPE, ''));
    expect([answer.status, answer.body]).toEqual([200, Buffer.from([0x0a, 0x00])]);
  });
});

describe('over HTTP it refuses, without using much memory,', () => {
  const MAX_BODY_BYTES = 20 * 1024 * 1024;
  const expectRefused = async (bytes: Buffer, end = false): Promise<string> => {
    const answer = await rawHttp(running.http, bytes, end);
    expect(answer.status).toBe(400);
    await expectGoodTraceArrives();
    return answer.body.toString();
  };

  test('a body that declares more than 20 MiB', async () => {
    const head = `POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${33 * 1024 * 1024}\r\n\r\n`;
    expect(await expectRefused(Buffer.from(head))).toBe('{"code":3,"message":"http: request body too large"}');
  });

  test('a chunked body of 33 MiB, of which it holds no more than the limit', async () => {
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    async function* chunks(): AsyncGenerator<Buffer> {
      for (let sent = 0; sent < 33; sent++) {
        most = Math.max(most, process.memoryUsage().arrayBuffers);
        yield Buffer.alloc(1024 * 1024, 32);
      }
    }
    const answer = await request(`http://${running.http}/v1/traces`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: Readable.from(chunks()),
    });
    expect([answer.statusCode, await answer.body.text()]).toEqual([
      400,
      '{"code":3,"message":"http: request body too large"}',
    ]);
    expect(most - before).toBeLessThan(2.5 * MAX_BODY_BYTES);
    await expectGoodTraceArrives();
  });

  test('a gzip body that decompresses to 512 MiB', async () => {
    const bomb = gzipBomb(512);
    const before = process.memoryUsage().rss;
    const body = await expectRefused(formatPost('/v1/traces', { ...PROTO_TYPE, 'Content-Encoding': 'gzip' }, bomb));
    expect(body).toContain('http: request body too large');
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024);
  });

  test('a body whose sender stops in the middle', async () => {
    await expectRefused(goodTrace().subarray(0, 400), true);
  });

  test('a truncated gzip body', async () => {
    const body = gzipSync(wire('sdk-traces.pb')).subarray(0, 200);
    const answer = await expectRefused(formatPost('/v1/traces', { ...PROTO_TYPE, 'Content-Encoding': 'gzip' }, body));
    expect(answer).toContain('unexpected EOF');
  });
});

describe('over HTTP it accepts', () => {
  test.each([
    ['traces', 'sdk-traces.pb', TracesData],
    ['metrics', 'sdk-metrics.pb', MetricsData],
    ['logs', 'sdk-logs.pb', LogsData],
  ] as const)('%s as protobuf and JSON, plain and compressed, without losing data', async (signal, file, codec) => {
    const body = wire(file);
    const json = JSON.stringify(codec.toJson(codec.decode(body) as never));
    const gzip = { 'Content-Encoding': 'gzip' };
    for (const bytes of [
      formatPost(`/v1/${signal}`, PROTO_TYPE, body),
      formatPost(`/v1/${signal}`, { ...PROTO_TYPE, ...gzip }, gzipSync(body)),
      formatPost(`/v1/${signal}`, { 'Content-Type': 'Application/JSON; charset=utf-8' }, json),
      formatPost(`/v1/${signal}`, { ...JSON_TYPE, ...gzip }, gzipSync(json)),
    ]) {
      expect((await rawHttp(running.http, bytes)).status).toBe(200);
    }
    expect(running.batches.map((batch) => batch.signal)).toEqual([signal, signal, signal, signal]);
    for (const batch of running.batches) {
      expect(codec.decode(batch.body)).toEqual(codec.decode(body));
    }
  });

  test.each([
    ['zlib', deflateSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
    ['snappy', (body: Buffer) => compress(body)],
  ])('a body compressed with %s, but not a bomb', async (encoding, pack) => {
    const headers = { ...PROTO_TYPE, 'Content-Encoding': encoding };
    const good = await rawHttp(running.http, formatPost('/v1/traces', headers, pack(wire('sdk-traces.pb'))));
    const bomb = await rawHttp(running.http, formatPost('/v1/traces', headers, pack(Buffer.alloc(24 * 1024 * 1024))));
    expect([good.status, bomb.status]).toEqual([200, 400]);
    expect(bomb.body.toString()).toContain('http: request body too large');
    expect(running.batches).toHaveLength(1);
  });

  test('JSON timestamps without quotes, to the nanosecond', async () => {
    const span = '{"startTimeUnixNano":1795339476973123457,"name":"x"}';
    const json = `{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`;
    await rawHttp(running.http, formatPost('/v1/traces', JSON_TYPE, json));
    const [batch] = running.batches;
    const data = TracesData.decode(batch?.body ?? new Uint8Array());
    expect(data.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.startTimeUnixNano).toBe(1795339476973123457n);
  });
});

function exportTo(signal: Signal, body: Buffer, compression = 0): Promise<Buffer | ServiceError> {
  const client = new Client(running.grpc, credentials.createInsecure(), {
    'grpc.default_compression_algorithm': compression,
    'grpc.max_send_message_length': -1,
  });
  return new Promise((resolve) => {
    client.makeUnaryRequest<Buffer, Buffer>(
      SIGNALS[signal].method,
      (message) => message,
      (bytes) => bytes,
      body,
      (error, answer) => {
        client.close();
        resolve(error ?? answer ?? Buffer.alloc(0));
      },
    );
  });
}

describe('over gRPC it', () => {
  test('accepts all three signals, plain and gzip', async () => {
    for (const [signal, file] of [
      ['traces', 'sdk-traces.pb'],
      ['metrics', 'sdk-metrics.pb'],
      ['logs', 'sdk-logs.pb'],
    ] as const) {
      expect(await exportTo(signal, wire(file))).toEqual(Buffer.from([0x0a, 0x00]));
      expect(await exportTo(signal, wire(file), 2)).toEqual(Buffer.from([0x0a, 0x00]));
    }
    expect(running.batches.map((batch) => [batch.signal, batch.body.length])).toEqual([
      ['traces', wire('sdk-traces.pb').length],
      ['traces', wire('sdk-traces.pb').length],
      ['metrics', wire('sdk-metrics.pb').length],
      ['metrics', wire('sdk-metrics.pb').length],
      ['logs', wire('sdk-logs.pb').length],
      ['logs', wire('sdk-logs.pb').length],
    ]);
  });

  test('refuses a message over 4 MiB and a malformed one, and accepts a valid one after them', async () => {
    const large = await exportTo('traces', Buffer.alloc(5 * 1024 * 1024));
    const bomb = await exportTo('traces', Buffer.alloc(64 * 1024 * 1024), 2);
    const cut = await exportTo('traces', wire('sdk-traces.pb').subarray(0, 100));
    expect([large, bomb, cut].map((answer) => ('code' in answer ? answer.code : 'taken'))).toEqual([
      status.RESOURCE_EXHAUSTED,
      status.RESOURCE_EXHAUSTED,
      status.INTERNAL,
    ]);
    expect(await exportTo('traces', wire('sdk-traces.pb'))).toBeInstanceOf(Buffer);
    expect(running.batches).toHaveLength(1);
  });

  // Recorded from Alloy 1.18: with 1 byte it accepts what it accepts with none.
  test.each([
    [1, status.OK],
    [1024 * 1024, status.RESOURCE_EXHAUSTED],
    [2 * 1024 * 1024 - 1, status.RESOURCE_EXHAUSTED],
    [2 * 1024 * 1024, status.INTERNAL],
  ])('takes the whole MiB of max_recv_msg_size = %d as its limit', async (maxMessageSize, code) => {
    await running.stop();
    running = await startReceiver({ maxMessageSize });
    const body = maxMessageSize === 1 ? wire('sdk-traces.pb') : Buffer.alloc(1.5 * 1024 * 1024);
    const answer = await exportTo('traces', body);
    expect('code' in answer ? answer.code : status.OK).toBe(code);
  });
});

describe('a signal that the receiver has no output for', () => {
  beforeEach(async () => {
    await running.stop();
    running = await startReceiver({ signals: ['logs'] });
  });

  test('has no path over HTTP, and the others have', async () => {
    const logs = formatPost('/v1/logs', JSON_TYPE, '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}');
    expect((await rawHttp(running.http, goodTrace())).status).toBe(404);
    expect((await rawHttp(running.http, logs)).status).toBe(200);
  });

  test('is unimplemented over gRPC', async () => {
    expect(await exportTo('traces', wire('sdk-traces.pb'))).toMatchObject({
      code: status.UNIMPLEMENTED,
      details: 'unknown service opentelemetry.proto.collector.trace.v1.TraceService',
    });
    expect(await exportTo('logs', wire('sdk-logs.pb'))).toBeInstanceOf(Buffer);
  });

  test('has no counters', async () => {
    await rawHttp(running.http, goodTrace());
    expect(await running.fixture.metric('otelcol_receiver_refused_spans_total')).toBeUndefined();
  });
});

test('a receiver without any output does not listen', async () => {
  await running.stop();
  running = await startReceiver({ signals: [] });
  expect(running.fixture.lines).toEqual([]);
  expect(running.fixture.health().state).toBe('healthy');
});

describe('a signal that the next component has no output for', () => {
  beforeEach(async () => {
    await running.stop();
    const fixture = createFixture('otelcol.processor.batch.default');
    const take = async (): Promise<void> => {};
    const processor = createBatchProcessor(buildArguments(batchProcessorBlock, { output: { logs: [take] } }), fixture);
    const { input } = processor.exports as { input: { consumer: OtelcolConsumer } };
    running = await startReceiver({ next: input.consumer });
  });

  test('is refused over HTTP, and counted as refused', async () => {
    const answer = await rawHttp(
      running.http,
      formatPost('/v1/traces', JSON_TYPE, '{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]}'),
    );
    expect([answer.status, answer.body.toString()]).toEqual([
      503,
      '{"code":14,"message":"telemetry type is not supported"}',
    ]);
    const counts = ['accepted', 'refused', 'failed'].map((outcome) =>
      running.fixture.metric(`otelcol_receiver_${outcome}_spans_total`),
    );
    expect(await Promise.all(counts)).toEqual([0, 1, 0]);
  });

  test('is unavailable over gRPC', async () => {
    expect(await exportTo('metrics', wire('sdk-metrics.pb'))).toMatchObject({
      code: status.UNAVAILABLE,
      details: 'telemetry type is not supported',
    });
    expect(await exportTo('logs', wire('sdk-logs.pb'))).toBeInstanceOf(Buffer);
  });
});

describe('it counts', () => {
  test('accepted items by transport, with Alloy’s names and labels', async () => {
    expect(await running.fixture.metric('otelcol_receiver_accepted_spans_total')).toBeUndefined();
    await rawHttp(running.http, goodTrace());
    const spans = running.batches[0]?.items;
    const labels = { component_id: 'otelcol.receiver.otlp.default', component_path: '/', transport: 'http' };
    expect(await running.fixture.metric('otelcol_receiver_accepted_spans_total', labels)).toBe(spans);
    expect(await running.fixture.metric('otelcol_receiver_refused_spans_total', labels)).toBe(0);
  });

  test('refused items, and asks the sender to retry', async () => {
    await running.stop();
    running = await startReceiver({ refuse: 'sending queue is full' });
    const answer = await rawHttp(running.http, formatPost('/v1/traces', PROTO_TYPE, wire('sdk-traces.pb')));
    expect(answer.status).toBe(503);
    expect(answer.body.toString()).toContain('sending queue is full');
    expect(await running.fixture.metric('otelcol_receiver_refused_spans_total')).toBeGreaterThan(0);
    expect(await running.fixture.metric('otelcol_receiver_accepted_spans_total')).toBe(0);
  });
});

describe('a port in use', () => {
  test('makes the component unhealthy, and releases the port it had bound', async () => {
    const fixture = createFixture('otelcol.receiver.otlp.second');
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const address = free.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await new Promise((resolve) => free.close(resolve));
    const receiver = createOtlpReceiver(
      buildArguments(otlpReceiverBlock, {
        grpc: { endpoint: `127.0.0.1:${port}` },
        http: { endpoint: running.http },
        output: { traces: [async () => {}] },
      }),
      fixture,
    );
    await receiver.start();
    expect(fixture.health()).toEqual({
      state: 'unhealthy',
      message: `failed to start: listen tcp ${running.http}: bind: address already in use`,
    });
    await expect(rawHttp(`127.0.0.1:${port}`, Buffer.from('GET / HTTP/1.1\r\n\r\n'))).rejects.toThrow(/ECONNREFUSED/);
    await receiver.stop(100);
  });

  test('makes it unhealthy for gRPC too', async () => {
    const fixture = createFixture('otelcol.receiver.otlp.second');
    const args = buildArguments(otlpReceiverBlock, {
      grpc: { endpoint: running.grpc },
      output: { traces: [async () => {}] },
    });
    const receiver = createOtlpReceiver(args, fixture);
    await receiver.start();
    expect(fixture.health().message).toContain(`listen tcp ${running.grpc}: bind: address already in use`);
    await receiver.stop(100);
  });
});
