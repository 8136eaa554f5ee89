import { once } from 'node:events';
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { credentials, status } from '@grpc/grpc-js';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newSpanId, newTraceId } from '../../otlp/ids.ts';
import { TracesData } from '../../otlp/schema.ts';
import { selfSigned } from '../../tls/self-signed.ts';
import { SERVICES } from '../auth/credentials.ts';
import type { OtlpSignal } from '../ingest/otlp.ts';
import { callGrpc, EXPORT_METHODS, type GrpcCallOptions } from '../testing/call-grpc.ts';
import { formatBasicAuth, readCapture, startTestMock, type TestMock } from '../testing/test-mock.ts';
import { wrapInField } from '../testing/wrap-in-field.ts';

const LEGACY = 'authentication error: legacy auth cannot be upgraded because the host is not found';
const INVALID = 'authentication error: invalid token';
const MIB = 1024 * 1024;
const TRACES = readCapture('wire/sdk-traces.pb');

let running: TestMock;
let address = '';
let login = '';
beforeAll(async () => {
  running = await startTestMock({ grpc: { port: 0 } });
  address = running.mock.grpcAddress ?? '';
  login = formatBasicAuth(running.credentials.instanceIds.tempo, running.credentials.token);
});
afterAll(() => running[Symbol.asyncDispose]());

const send = (signal: OtlpSignal, body: Uint8Array, options: GrpcCallOptions = {}) =>
  callGrpc(address, signal, body, { authorization: login, ...options });
const readMetrics = async () => await (await request(`${running.mock.url}/metrics`)).body.text();

function parsePort(hostAndPort: string): number {
  return Number(hostAndPort.split(':').at(-1));
}

async function expectGoodTrace(): Promise<void> {
  const traceId = newTraceId();
  const span = { traceId, spanId: newSpanId(), name: 'good' };
  const data = TracesData.fromJson({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
  expect(await send('traces', TracesData.encode(data))).toEqual({ code: status.OK, details: '', rejected: 0 });
  expect(await running.json('tempo', `/tempo/api/v2/traces/${traceId}`)).toMatchObject({
    trace: { resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'good' }] }] }] },
  });
}

describe('an export over gRPC', () => {
  test.each([
    ['without compression', false],
    ['with gzip', true],
  ])('of traces %s is stored like one over HTTP', async (_, gzip) => {
    await using fresh = await startTestMock({ grpc: { port: 0 }, credentials: running.credentials });
    const sent = callGrpc(fresh.mock.grpcAddress ?? '', 'traces', TRACES, { authorization: login, gzip });
    expect(await sent).toEqual({ code: status.OK, details: '', rejected: 0 });
    const [scope] = TracesData.decode(TRACES).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans);
    const { trace } = (await fresh.json('tempo', `/tempo/api/v2/traces/${scope?.spans[0]?.traceId}`)) as {
      trace: object;
    };
    expect(trace).toHaveProperty('resourceSpans');
    expect(fresh.lines).toEqual(['first spans arrived at OTLP/gRPC']);
  });

  test.each([
    ['metrics', 'opentelemetry.proto.collector.metrics.v1.MetricsService'],
    ['logs', 'opentelemetry.proto.collector.logs.v1.LogsService'],
  ] as const)(
    'of %s is UNIMPLEMENTED, in the words of Tempo 3, and nothing of it is stored',
    async (signal, service) => {
      await using fresh = await startTestMock({ grpc: { port: 0 }, credentials: running.credentials });
      const to = fresh.mock.grpcAddress ?? '';
      const body = readCapture(`wire/sdk-${signal}.pb`);
      expect(await callGrpc(to, signal, body, { authorization: login })).toEqual({
        code: status.UNIMPLEMENTED,
        details: `unknown service ${service}`,
      });
      expect(fresh.mock.backend.counters.received).toEqual({ spans: 0, samples: 0, 'log records': 0 });
    },
  );

  test('to a port with a certificate needs TLS', async () => {
    const identity = selfSigned(['localhost']);
    await using secured = await startTestMock({ grpc: { port: 0, identity }, credentials: running.credentials });
    const to = `localhost:${parsePort(secured.mock.grpcAddress ?? '')}`;
    const trust = credentials.createSsl(Buffer.from(identity.certificate));
    const options = { authorization: login, credentials: trust };
    expect(await callGrpc(to, 'traces', TRACES, options)).toMatchObject({ code: status.OK });
    expect(await callGrpc(to, 'traces', TRACES, { authorization: login })).toMatchObject({
      code: status.UNAVAILABLE,
    });
  });
});

describe('a login', () => {
  test('with the Tempo ID opens it, with other IDs it stays shut: the OTLP gateway speaks HTTP only', async () => {
    const { instanceIds, token } = running.credentials;
    for (const service of SERVICES) {
      const authorization = formatBasicAuth(instanceIds[service], token);
      const { code, details } = await send('traces', TRACES, { authorization });
      expect([service, code, details]).toEqual(
        service === 'tempo' ? [service, status.OK, ''] : [service, status.UNAUTHENTICATED, LEGACY],
      );
    }
  });

  test.each([
    ['none', undefined, INVALID],
    ['one that is not Basic', 'Bearer glc_x', INVALID],
    ['a wrong token', formatBasicAuth('1413606', 'glc_wrong'), INVALID],
    ['an unknown ID', formatBasicAuth('999', 'glc_of_the_test'), LEGACY],
  ])('%s is UNAUTHENTICATED with the hosted text', async (_, authorization, details) => {
    const outcome = await callGrpc(address, 'traces', TRACES, authorization === undefined ? {} : { authorization });
    expect(outcome).toEqual({ code: status.UNAUTHENTICATED, details });
  });

  test('that is refused is listed and reported like one over HTTP, without secrets', async () => {
    await send('traces', TRACES, {
      authorization: formatBasicAuth('2847239', running.credentials.token),
    });
    const page = await (await request(`${running.mock.url}/-/refusals`)).body.text();
    expect(JSON.parse(page).refusals).toContainEqual(
      expect.objectContaining({ service: 'tempo', user: '2847239', reason: 'foreign instance ID' }),
    );
    const reported = running.lines.join('\n');
    expect(reported).toContain('refused a login at Tempo: 2847239 is the instance ID of Prometheus');
    expect(page + reported).not.toContain('glc_');
    expect(await readMetrics()).toMatch(/^mock_grpc_requests_total\{service="tempo",code="UNAUTHENTICATED"\} \d+$/m);
  });

  test('is checked before the message has arrived', async () => {
    using session = openRawSession();
    const stream = session.open({ authorization: formatBasicAuth('1413606', 'glc_wrong') });
    const [headers] = await once(stream, 'response');
    expect([headers['grpc-status'], decodeURI(headers['grpc-message'])]).toEqual([
      String(status.UNAUTHENTICATED),
      INVALID,
    ]);
  });
});

describe('a malformed or oversized message is refused, and a good one after it arrives', () => {
  const buildEmptySpans = () => wrapInField(1, wrapInField(2, Buffer.alloc(6 * MIB, Buffer.from([0x12, 0x00]))));
  test.each([
    ['cut off', () => TRACES.subarray(0, 1000), status.INVALID_ARGUMENT],
    [
      'with a span that has no trace ID',
      () => wrapInField(1, wrapInField(2, wrapInField(2, Buffer.alloc(0)))),
      status.INVALID_ARGUMENT,
    ],
    ['of millions of empty spans', buildEmptySpans, status.INVALID_ARGUMENT],
    ['of 33 MiB', () => Buffer.alloc(33 * MIB), status.RESOURCE_EXHAUSTED],
  ])('%s', async (_, body, code) => {
    expect(await send('traces', body())).toMatchObject({ code });
    await expectGoodTrace();
  });

  test('of 200 MiB after decompression', async () => {
    expect(await send('traces', Buffer.alloc(200 * MIB), { gzip: true })).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
    await expectGoodTrace();
  });

  test('in an unknown or broken compression', async () => {
    using session = openRawSession();
    const broken = frame(Buffer.from('not compressed'), true);
    expect(await session.call({ 'grpc-encoding': 'zstd' }, broken)).toBe(status.UNIMPLEMENTED);
    expect(await session.call({ 'grpc-encoding': 'gzip' }, broken)).toBe(status.INTERNAL);
    const whole = gzipSync(TRACES);
    expect(await session.call({ 'grpc-encoding': 'gzip' }, frame(whole.subarray(0, 100), true))).toBe(status.INTERNAL);
    expect(await session.call({ 'grpc-encoding': 'gzip' }, frame(whole, true))).toBe(status.OK);
    await expectGoodTrace();
  });

  test('for an unknown method', async () => {
    const method = '/opentelemetry.proto.collector.profiles.v1.ProfilesService/Export';
    expect(await send('traces', TRACES, { method })).toMatchObject({ code: status.UNIMPLEMENTED });
  });

  test('as HTTP/1.1', async () => {
    const socket = connectSocket(parsePort(address), '127.0.0.1');
    socket.write('POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}');
    await text(socket);
    await expectGoodTrace();
  });
});

test('messages that never become complete make room for others after a while', async () => {
  await using impatient = await startTestMock({
    grpc: { port: 0, messageTimeoutMs: 500 },
    credentials: running.credentials,
  });
  const to = impatient.mock.grpcAddress ?? '';
  using session = openRawSession(to);
  const stalled = Array.from({ length: 6 }, () => {
    const stream = session.open({ authorization: login });
    stream.write(frame(TRACES).subarray(0, 100));
    return once(stream, 'response');
  });
  const good = callGrpc(to, 'traces', TRACES, { authorization: login });
  expect(await good).toMatchObject({ code: status.OK });
  const codes = (await Promise.all(stalled)).map(([headers]) => headers['grpc-status']);
  expect(codes).toEqual(new Array(6).fill(String(status.DEADLINE_EXCEEDED)));
  session.close();
  const metrics = await (await request(`${impatient.mock.url}/metrics`)).body.text();
  expect(metrics).toMatch(/^mock_grpc_requests_total\{service="tempo",code="DEADLINE_EXCEEDED"\} 6$/m);
});

test('clients that disconnect in the middle of a message make room for others', async () => {
  for (let round = 0; round < 10; round++) {
    using session = openRawSession();
    const stream = session.open({ authorization: login });
    await new Promise((resolve) => stream.write(frame(TRACES).subarray(0, 100), resolve));
  }
  await expectGoodTrace();
});

test('a port in use is an error, and leaves nothing listening', async () => {
  const port = parsePort(address);
  await expect(startTestMock({ grpc: { port } })).rejects.toThrow(/EADDRINUSE/);
});

type RawSession = Disposable & {
  readonly open: (headers: OutgoingHttpHeaders) => ReturnType<ClientHttp2Session['request']>;
  /** Makes a call and resolves with its gRPC status. */
  readonly call: (headers: OutgoingHttpHeaders, body: Buffer) => Promise<number>;
  readonly close: () => void;
};

/** HTTP/2 without a gRPC client, for what such a client would not send. */
function openRawSession(to = address): RawSession {
  const session = connect(`http://${to}`);
  session.on('error', () => {});
  const open: RawSession['open'] = (headers) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': EXPORT_METHODS.traces,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    stream.on('error', () => {});
    return stream;
  };
  const close = () => session.destroy();
  return {
    open,
    async call(headers, body) {
      const stream = open({ authorization: login, ...headers });
      let code = Number.NaN;
      for (const event of ['response', 'trailers']) {
        stream.on(event, (received) => {
          if (received['grpc-status'] !== undefined) code = Number(received['grpc-status']);
        });
      }
      stream.resume();
      stream.end(body);
      await once(stream, 'close');
      return code;
    },
    close,
    [Symbol.dispose]: close,
  };
}

/** A message as gRPC puts it on the stream: whether it is compressed, its length, its bytes. */
function frame(message: Buffer, isCompressed = false): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(isCompressed ? 1 : 0, 0);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
