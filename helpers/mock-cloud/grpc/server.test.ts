import { once } from 'node:events';
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { credentials, status } from '@grpc/grpc-js';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newSpanId, newTraceId } from '../../otlp/ids.ts';
import { MetricsData, TracesData } from '../../otlp/schema.ts';
import { selfSigned } from '../../tls/self-signed.ts';
import { SERVICES } from '../auth/credentials.ts';
import type { OtlpSignal } from '../ingest/otlp.ts';
import { EXPORT_METHODS, type GrpcCallOptions, grpcCall } from '../testing/grpc-call.ts';
import { basic, capture, type RunningMock, runningMock } from '../testing/running-mock.ts';
import { startGrpcPort } from './server.ts';

const LEGACY = 'authentication error: legacy auth cannot be upgraded because the host is not found';
const INVALID = 'authentication error: invalid token';
const MIB = 1024 * 1024;
const SIGNALS = ['traces', 'metrics', 'logs'] as const;
const sdk = (signal: OtlpSignal) => capture(`wire/sdk-${signal}.pb`);

let running: RunningMock;
let address = '';
let login = '';
beforeAll(async () => {
  running = await runningMock({ grpc: { port: 0 } });
  address = running.mock.grpcAddress ?? '';
  login = basic(running.credentials.instanceIds.otlp, running.credentials.token);
});
afterAll(() => running[Symbol.asyncDispose]());

const send = (signal: OtlpSignal, body: Uint8Array, options: GrpcCallOptions = {}) =>
  grpcCall(address, signal, body, { authorization: login, ...options });
const metrics = async () => await (await request(`${running.mock.url}/metrics`)).body.text();

function portOf(hostAndPort: string): number {
  return Number(hostAndPort.split(':').at(-1));
}

async function aGoodTraceArrives(): Promise<void> {
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
    ['as it is', false],
    ['packed with gzip', true],
  ])('%s is stored as one over HTTP is', async (_, gzip) => {
    await using fresh = await runningMock({ grpc: { port: 0 }, credentials: running.credentials });
    for (const signal of SIGNALS) {
      const sent = grpcCall(fresh.mock.grpcAddress ?? '', signal, sdk(signal), { authorization: login, gzip });
      expect(await sent).toEqual({ code: status.OK, details: '', rejected: 0 });
    }
    const [scope] = TracesData.decode(sdk('traces')).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans);
    const { trace } = (await fresh.json('tempo', `/tempo/api/v2/traces/${scope?.spans[0]?.traceId}`)) as {
      trace: object;
    };
    expect(trace).toHaveProperty('resourceSpans');
    const names = await fresh.json('prometheus', '/api/prom/api/v1/label/__name__/values');
    expect(names).toMatchObject({ data: expect.arrayContaining(['http_server_request_duration_seconds_bucket']) });
    const range = new URLSearchParams({
      query: '{service_name="api-service"}',
      start: '1795341540',
      end: '1795341550',
    });
    const { data } = (await fresh.json('loki', `/loki/api/v1/query_range?${range}`)) as { data: { result: object[] } };
    expect(data.result.length).toBeGreaterThan(0);
    expect(fresh.lines.map((line) => line.replace(/^\S+Z /, ''))).toEqual([
      'first spans arrived at OTLP/gRPC',
      'first samples arrived at OTLP/gRPC',
      'first log records arrived at OTLP/gRPC',
    ]);
  });

  test('that is not taken whole says so, as a partial success', async () => {
    const delta = {
      name: 'hits',
      sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [{ asInt: '1', timeUnixNano: '1' }] },
    };
    const data = MetricsData.fromJson({ resourceMetrics: [{ scopeMetrics: [{ metrics: [delta] }] }] });
    expect(await send('metrics', MetricsData.encode(data))).toEqual({
      code: status.OK,
      details: 'invalid temporality and type combination for metric "hits"',
      rejected: 1,
    });
  });

  test('goes over TLS to a port that has a certificate, and not in clear text', async () => {
    const identity = selfSigned(['localhost']);
    await using secured = await runningMock({ grpc: { port: 0, identity }, credentials: running.credentials });
    const to = `localhost:${portOf(secured.mock.grpcAddress ?? '')}`;
    const trust = credentials.createSsl(Buffer.from(identity.certificate));
    const options = { authorization: login, credentials: trust };
    expect(await grpcCall(to, 'traces', sdk('traces'), options)).toMatchObject({ code: status.OK });
    expect(await grpcCall(to, 'traces', sdk('traces'), { authorization: login })).toMatchObject({
      code: status.UNAVAILABLE,
    });
  });
});

describe('a login', () => {
  test('with the OTLP ID opens all signals, with the Tempo ID traces, with others none', async () => {
    const { instanceIds, token } = running.credentials;
    for (const service of SERVICES) {
      for (const signal of SIGNALS) {
        const opens = service === 'otlp' || (service === 'tempo' && signal === 'traces');
        const authorization = basic(instanceIds[service], token);
        const { code, details } = await send(signal, sdk(signal), { authorization });
        expect([service, signal, code, details]).toEqual([
          service,
          signal,
          opens ? status.OK : status.UNAUTHENTICATED,
          opens ? '' : LEGACY,
        ]);
      }
    }
  });

  test.each([
    ['none', undefined, INVALID],
    ['one that is not Basic', 'Bearer glc_x', INVALID],
    ['a wrong token', basic('1461503', 'glc_wrong'), INVALID],
    ['an unknown ID', basic('999', 'glc_of_the_test'), LEGACY],
  ])('%s is UNAUTHENTICATED with the hosted text', async (_, authorization, details) => {
    const outcome = await grpcCall(address, 'logs', sdk('logs'), authorization === undefined ? {} : { authorization });
    expect(outcome).toEqual({ code: status.UNAUTHENTICATED, details });
  });

  test('that is refused is kept and told like one over HTTP, without secrets', async () => {
    await send('metrics', sdk('metrics'), { authorization: basic('2847239', running.credentials.token) });
    const page = await (await request(`${running.mock.url}/-/refusals`)).body.text();
    expect(JSON.parse(page).refusals).toContainEqual(
      expect.objectContaining({ service: 'otlp', user: '2847239', reason: 'foreign instance ID' }),
    );
    const said = running.lines.join('\n');
    expect(said).toContain('refused a login at the OTLP gateway: 2847239 is the instance ID of Prometheus');
    expect(page + said).not.toContain('glc_');
    expect(await metrics()).toMatch(/^mock_grpc_requests_total\{service="otlp",code="UNAUTHENTICATED"\} \d+$/m);
  });

  test('is judged before the message has come', async () => {
    using session = rawSession();
    const stream = session.open({ authorization: basic('1461503', 'glc_wrong') });
    const [headers] = await once(stream, 'response');
    expect([headers['grpc-status'], decodeURI(headers['grpc-message'])]).toEqual([
      String(status.UNAUTHENTICATED),
      INVALID,
    ]);
  });
});

describe('a message that no client means is refused, and a good one after it arrives', () => {
  const empties = () => within(1, within(2, Buffer.alloc(6 * MIB, Buffer.from([0x12, 0x00]))));
  test.each([
    ['cut off', () => sdk('traces').subarray(0, 1000), status.INVALID_ARGUMENT],
    [
      'with a span that has no trace ID',
      () => within(1, within(2, within(2, Buffer.alloc(0)))),
      status.INVALID_ARGUMENT,
    ],
    ['of millions of empty spans', empties, status.INVALID_ARGUMENT],
    ['of 33 MiB', () => Buffer.alloc(33 * MIB), status.RESOURCE_EXHAUSTED],
  ])('%s', async (_, body, code) => {
    expect(await send('traces', body())).toMatchObject({ code });
    await aGoodTraceArrives();
  });

  test('packed, and 200 MiB unpacked', async () => {
    expect(await send('traces', Buffer.alloc(200 * MIB), { gzip: true })).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
    await aGoodTraceArrives();
  });

  test('packed as nobody unpacks it', async () => {
    using session = rawSession();
    const packed = frame(Buffer.from('not packed'), true);
    expect(await session.call({ 'grpc-encoding': 'zstd' }, packed)).toBe(status.UNIMPLEMENTED);
    expect(await session.call({ 'grpc-encoding': 'gzip' }, packed)).toBe(status.INTERNAL);
    const whole = gzipSync(sdk('traces'));
    expect(await session.call({ 'grpc-encoding': 'gzip' }, frame(whole.subarray(0, 100), true))).toBe(status.INTERNAL);
    expect(await session.call({ 'grpc-encoding': 'gzip' }, frame(whole, true))).toBe(status.OK);
    await aGoodTraceArrives();
  });

  test('for a method that it does not have', async () => {
    const method = '/opentelemetry.proto.collector.profiles.v1.ProfilesService/Export';
    expect(await send('traces', sdk('traces'), { method })).toMatchObject({ code: status.UNIMPLEMENTED });
  });

  test('as HTTP/1.1', async () => {
    const socket = connectSocket(portOf(address), '127.0.0.1');
    socket.write('POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}');
    await text(socket);
    await aGoodTraceArrives();
  });
});

test('messages that never become whole give their places to others after a while', async () => {
  await using port = await startGrpcPort({
    backend: running.mock.backend,
    credentials: running.credentials,
    host: '127.0.0.1',
    port: 0,
    onRefusal: () => {},
    messageTimeoutMs: 500,
  });
  using session = rawSession(port.address);
  const stalled = Array.from({ length: 6 }, () => {
    const stream = session.open({ authorization: login });
    stream.write(frame(sdk('traces')).subarray(0, 100));
    return once(stream, 'response');
  });
  const good = grpcCall(port.address, 'traces', sdk('traces'), { authorization: login });
  expect(await good).toMatchObject({ code: status.OK });
  const codes = (await Promise.all(stalled)).map(([headers]) => headers['grpc-status']);
  expect(codes).toEqual(new Array(6).fill(String(status.DEADLINE_EXCEEDED)));
  session.close();
  expect(await metrics()).toMatch(/^mock_grpc_requests_total\{service="otlp",code="DEADLINE_EXCEEDED"\} 6$/m);
});

test('clients that go away in the middle of a message leave their places to others', async () => {
  for (let round = 0; round < 10; round++) {
    using session = rawSession();
    const stream = session.open({ authorization: login });
    await new Promise((resolve) => stream.write(frame(sdk('traces')).subarray(0, 100), resolve));
  }
  await aGoodTraceArrives();
});

test('a port that is taken is an error, and leaves nothing listening', async () => {
  const port = portOf(address);
  await expect(runningMock({ grpc: { port } })).rejects.toThrow(/EADDRINUSE/);
});

type RawSession = Disposable & {
  readonly open: (headers: OutgoingHttpHeaders) => ReturnType<ClientHttp2Session['request']>;
  /** The gRPC status of a whole call. */
  readonly call: (headers: OutgoingHttpHeaders, body: Buffer) => Promise<number>;
  readonly close: () => void;
};

/** HTTP/2 without gRPC's client in between, for what that would not send. */
function rawSession(to = address): RawSession {
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

/** A message as gRPC puts it on the stream: whether it is packed, its length, its bytes. */
function frame(message: Buffer, packed = false): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(packed ? 1 : 0, 0);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** A length-delimited protobuf field around bytes. */
function within(field: number, inside: Uint8Array): Buffer {
  const length: number[] = [];
  let rest = inside.length;
  for (; rest > 0x7f; rest >>>= 7) length.push((rest & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...length, rest]), inside]);
}
