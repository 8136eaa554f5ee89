import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newSpanId, newTraceId, nowNanos } from '../../otlp/ids.ts';
import { ExportResponse, LogsData, MetricsData } from '../../otlp/schema.ts';
import {
  formatBasicAuth,
  JSON_TYPE,
  PROTOBUF,
  readCapture,
  startTestMock,
  type TestMock,
} from '../testing/test-mock.ts';

/** The statuses that Alloy 1.18 answered, by case. */
const recorded = new Map(
  readCapture('alloy-1.18/otlp-http-responses.txt')
    .toString()
    .split(/^--- /m)
    .slice(1)
    .map((block) => {
      const [name = '', ...lines] = block.split('\n');
      return [name, { status: Number(/^HTTP\/1\.1 (\d+)/.exec(lines[0] ?? '')?.[1]), lines }] as const;
    }),
);

let running: TestMock;
beforeAll(async () => {
  // The captured exports are of this minute.
  running = await startTestMock({ now: () => 1_795_341_600_000 });
});
afterAll(() => running[Symbol.asyncDispose]());

type Case = {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
};

/** The requests that the recording names. */
const CASES: Readonly<Record<string, Case>> = {
  'malformed json': { headers: JSON_TYPE, body: '{"resourceSpans":[{' },
  'json unknown field': { headers: JSON_TYPE, body: '{"resourceSpans":[],"unknown":{"a":1}}' },
  'bad traceId hex': {
    headers: JSON_TYPE,
    body: '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"zz","spanId":"1"}]}]}]}',
  },
  'no content type': { headers: {}, body: '{}' },
  'text content type': { headers: { 'content-type': 'text/plain' }, body: '{}' },
  'truncated protobuf': { headers: PROTOBUF, body: readCapture('wire/sdk-traces.pb').subarray(0, 1000) },
  'gzip garbage': { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: 'this is not gzip' },
  'unknown encoding': { headers: { ...JSON_TYPE, 'content-encoding': 'br' }, body: '{}' },
  GET: { method: 'GET' },
  'unknown path': { path: '/otlp/v1/nothing', headers: JSON_TYPE, body: '{}' },
  'empty json': { headers: JSON_TYPE, body: '{}' },
  'empty protobuf': { headers: PROTOBUF, body: '' },
  'logs ok': {
    path: '/otlp/v1/logs',
    headers: JSON_TYPE,
    body: JSON.stringify(LogsData.toJson(LogsData.decode(readCapture('wire/sdk-logs.pb')))),
  },
  'metrics ok': {
    path: '/otlp/v1/metrics',
    headers: JSON_TYPE,
    body: JSON.stringify(MetricsData.toJson(MetricsData.decode(readCapture('wire/sdk-metrics.pb')))),
  },
};

/** Writes a request to a socket, so that no client adds to it, and reads the whole answer. */
async function raw({ method = 'POST', path = '/otlp/v1/traces', headers = {}, body = '' }: Case): Promise<string> {
  const { credentials, mock } = running;
  const socket = connect(mock.port, '127.0.0.1');
  const bytes = Buffer.from(body);
  const head = {
    host: 'mock',
    connection: 'close',
    authorization: formatBasicAuth(credentials.instanceIds.otlp, credentials.token),
    'content-length': String(bytes.length),
    ...headers,
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  socket.write(bytes);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('latin1');
}

async function aGoodTraceArrives(): Promise<void> {
  const traceId = newTraceId();
  const span = { traceId, spanId: newSpanId(), name: 'good', startTimeUnixNano: String(nowNanos()) };
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
  expect(await running.post('otlp', '/otlp/v1/traces', body, JSON_TYPE)).toMatchObject({
    status: 200,
    text: '{"partialSuccess":{}}',
  });
  expect(await running.json('tempo', `/tempo/api/v2/traces/${traceId}`)).toMatchObject({
    trace: { resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'good' }] }] }] },
  });
}

describe('a request is answered with the same status as by Alloy 1.18, and a good one after it arrives', () => {
  test('every recorded case is tried', () => expect([...recorded.keys()].sort()).toEqual(Object.keys(CASES).sort()));

  test.each(Object.entries(CASES))('%s', async (name, request) => {
    const expected = recorded.get(name);
    const answer = await raw(request);
    // The recording of this case has no status line, because the body was binary.
    const status = name === 'empty protobuf' ? 200 : expected?.status;
    expect(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])).toBe(status);
    const recordedType = expected?.lines
      .find((line) => line.startsWith('Content-Type: '))
      ?.slice(14)
      .trim();
    if (recordedType !== undefined) expect(answer).toContain(`content-type: ${recordedType}\r\n`);
    await aGoodTraceArrives();
  });
});

describe('an answer has the type of its request', () => {
  test('protobuf', async () => {
    const { bytes, type } = await running.post('otlp', '/otlp/v1/traces', readCapture('wire/sdk-traces.pb'), PROTOBUF);
    expect(type).toBe('application/x-protobuf');
    expect(ExportResponse.decode(bytes)).toEqual({ partialSuccess: { rejected: 0n, errorMessage: '' } });
  });
  test('a truncated protobuf gets a status in protobuf', async () => {
    const body = readCapture('wire/sdk-traces.pb').subarray(0, 1000);
    const { bytes } = await running.post('otlp', '/otlp/v1/traces', body, PROTOBUF);
    expect(bytes.subarray(0, 2)).toEqual(Buffer.from([8, 3]));
  });
  test('gzip is decompressed', async () => {
    const headers = { ...PROTOBUF, 'content-encoding': 'gzip' };
    const body = readCapture('wire/otlp-traces.pb.gz');
    expect(await running.post('otlp', '/otlp/v1/traces', body, headers)).toMatchObject({ status: 200 });
    const half = body.subarray(0, 100);
    expect(await running.post('otlp', '/otlp/v1/traces', half, headers)).toMatchObject({ status: 400 });
    const nested = gzipSync(body);
    expect(await running.post('otlp', '/otlp/v1/traces', nested, headers)).toMatchObject({ status: 400 });
  });
  test('a span without a trace ID is refused', async () => {
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'x' }] }] }] });
    expect(await running.post('otlp', '/otlp/v1/traces', body, JSON_TYPE)).toMatchObject({ status: 400 });
  });
});
