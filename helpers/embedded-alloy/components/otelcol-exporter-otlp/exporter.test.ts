import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp1Server } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { afterAll, describe, expect, test } from 'vitest';
import { ExportResponse } from '../../../otlp/schema.ts';
import { selfSigned } from '../../../tls/self-signed.ts';
import { createSecret } from '../../language/evaluation/secret.ts';
import { readProtobufBatch } from '../../pipeline/otlp/batch.ts';
import { ALL_SIGNALS } from '../../pipeline/otlp/signals.ts';
import type { OtelcolConsumer, OtlpBatch } from '../../schema/capsules.ts';
import type { Instance } from '../../schema/component.ts';
import {
  buildArguments,
  type ComponentFixture,
  createFixture,
  type LoggedLine,
  type PartialArguments,
} from '../../testing/component-fixture.ts';
import { type GrpcReply, startRecordingGrpcServer } from '../../testing/recording-grpc-server.ts';
import { basicAuthBlock, createBasicAuth } from '../otelcol-auth-basic/component.ts';
import { type OtlpExporterArgs, otlpExporterBlock } from './block.ts';
import { createOtlpExporter } from './exporter.ts';

const TOKEN = 'glc_do-not-show-this';
const wire = (name: string): Buffer =>
  readFileSync(new URL(`../../../../fixtures/captures/wire/${name}`, import.meta.url));
const traces = (): OtlpBatch => readProtobufBatch('traces', wire('sdk-traces.pb'));
const FAST = { initial_interval: 5, max_interval: 20 };
const ONCE = { enabled: false };
const CLEAR = { insecure: true };
const OK = new Uint8Array();
const DROPPED = 'Exporting failed. Dropping data.';
const DROPPED_AT_ONCE = `${DROPPED} Try enabling retry_on_failure config option to retry on retryable errors.`;

type Exporter = {
  readonly fixture: ComponentFixture;
  readonly send: OtelcolConsumer;
  readonly instance: Instance;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

function createExporter(written: PartialArguments<OtlpExporterArgs>): Exporter {
  const fixture = createFixture('otelcol.exporter.otlp.cloud');
  const instance = createOtlpExporter(buildArguments(otlpExporterBlock, written), fixture);
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

async function startExporter(written: PartialArguments<OtlpExporterArgs>): Promise<Exporter> {
  const exporter = createExporter(written);
  await exporter.instance.start();
  return exporter;
}

function basicAuth(): () => Readonly<Record<string, string>> {
  const auth = createBasicAuth(
    buildArguments(basicAuthBlock, { username: '1461503', password: createSecret(TOKEN) }),
    createFixture('otelcol.auth.basic.cloud'),
  );
  const { handler } = auth.exports as { handler: { headers: () => Record<string, string> } };
  return handler.headers;
}

const backend = (...replies: GrpcReply[]) =>
  startRecordingGrpcServer((_, number) => replies[Math.min(number, replies.length) - 1] ?? OK);

/** The error that one attempt at `client` logs. */
async function failureAt(client: PartialArguments<OtlpExporterArgs>['client'], timeout = 10_000): Promise<string> {
  await using exporter = await startExporter({ client, timeout, retry_on_failure: ONCE });
  await exporter.send(traces());
  return String((await exporter.fixture.logged(DROPPED_AT_ONCE)).fields.error);
}

const directory = mkdtempSync(join(tmpdir(), 'exporter-'));
afterAll(() => rmSync(directory, { recursive: true }));
const identity = selfSigned(['localhost']);
const caFile = join(directory, 'ca.pem');
writeFileSync(caFile, identity.certificate);

describe('otelcol.exporter.otlp sends', () => {
  test.each(['gzip', 'none'] as const)('each signal to its service, compression %s', async (compression) => {
    await using cloud = await backend(OK);
    await using exporter = await startExporter({ client: { endpoint: cloud.address, compression, tls: CLEAR } });
    for (const signal of ALL_SIGNALS) {
      await exporter.send(readProtobufBatch(signal, wire(`sdk-${signal}.pb`)));
    }
    await cloud.received(3);
    await exporter.instance.stop(1_000);
    for (const signal of ALL_SIGNALS) {
      const call = cloud.calls.find((candidate) => candidate.signal === signal);
      expect(call?.body).toEqual(wire(`sdk-${signal}.pb`));
      expect(call?.headers['user-agent']).toContain('embedded Alloy, not Grafana Alloy');
      expect(call?.authority).toBe(cloud.address);
    }
    const labels = {
      exporter: 'otlp_grpc/otelcol.exporter.otlp.cloud',
      server_address: '127.0.0.1',
      server_port: String(cloud.port),
    };
    expect(await exporter.fixture.metric('otelcol_exporter_sent_spans_total', labels)).toBe(traces().items);
    expect(await exporter.fixture.metric('otelcol_exporter_send_failed_spans_total')).toBeUndefined();
    expect(exporter.fixture.health().state).toBe('healthy');
  });

  test('headers in lower case, and the configured authority', async () => {
    await using cloud = await backend(OK);
    const headers = { 'X-Scope': 'A b', 'x-raw-bin': 'aÿ', authorization: 'Basic abc' };
    await using exporter = await startExporter({
      client: { endpoint: `http://${cloud.address}`, tls: CLEAR, headers, authority: 'other.example' },
    });
    await exporter.send(traces());
    await cloud.received(1);
    const [call] = cloud.calls;
    expect(call?.authority).toBe('other.example');
    expect(call?.headers).toMatchObject({
      'x-scope': 'A b',
      'x-raw-bin': Buffer.from('aÿ'),
      authorization: 'Basic abc',
    });
  });

  test.each([
    ['dns:///localhost:PORT', 'dns:///localhost:PORT', undefined],
    ['passthrough:///127.0.0.1:PORT', 'passthrough:///127.0.0.1:PORT', undefined],
    ['http://127.0.0.1:PORT', 'http://127.0.0.1:PORT', undefined],
    ['127.0.0.1:PORT', '127.0.0.1', 'PORT'],
  ])('to %s, and counts it under server_address="%s"', async (endpoint, address, port) => {
    await using cloud = await backend(OK);
    const filled = (text: string) => text.replace('PORT', String(cloud.port));
    await using exporter = await startExporter({ client: { endpoint: filled(endpoint), tls: CLEAR } });
    await exporter.send(traces());
    await cloud.received(1);
    await exporter.instance.stop(1_000);
    const sent = (await exporter.fixture.registry.getMetricsAsJSON()).find(({ name }) => /_sent_spans_/.test(name));
    const { server_address, server_port } = sent?.values[0]?.labels ?? {};
    expect([server_address, server_port]).toEqual([filled(address), port && filled(port)]);
  });

  test('again after UNAVAILABLE or a RetryInfo, without losing data', async () => {
    const busy = { code: 8, details: 'slow down', statusDetails: retryInfo(8, 70) };
    await using cloud = await backend({ code: 14, details: 'gone for a walk' }, busy, OK);
    await using exporter = await startExporter({
      client: { endpoint: cloud.address, tls: CLEAR },
      retry_on_failure: FAST,
    });
    await exporter.send(traces());
    await cloud.received(3);
    await exporter.instance.stop(1_000);
    const retried = exporter.fixture.lines.filter(({ message }) => /Will retry/.test(message));
    expect(retried.map(({ level, fields }) => [level, fields.error, fields.interval])).toEqual([
      ['info', 'rpc error: code = Unavailable desc = gone for a walk', expect.stringMatching(/^[2-8]ms$/)],
      ['info', 'Throttle (70ms), error: rpc error: code = ResourceExhausted desc = slow down', '70ms'],
    ]);
    expect(await exporter.fixture.metric('otelcol_exporter_sent_spans_total')).toBe(traces().items);
    expect(await exporter.fixture.metric('otelcol_exporter_send_failed_spans_total')).toBeUndefined();
  });

  test('once the backend is back; until then nothing counts as sent and the queue grows', async () => {
    const port = await freePort();
    await using exporter = await startExporter({
      client: { endpoint: `127.0.0.1:${port}`, tls: CLEAR },
      retry_on_failure: FAST,
    });
    await exporter.send(traces());
    await exporter.send(traces());
    await exporter.fixture.logged(/Will retry/);
    expect(await exporter.fixture.metric('otelcol_exporter_sent_spans_total')).toBeUndefined();
    expect(await exporter.fixture.metric('otelcol_exporter_queue_size', { data_type: 'traces' })).toBe(2);
    await using cloud = await startRecordingGrpcServer(() => OK, { port });
    await cloud.received(2);
    await exporter.instance.stop(1_000);
    expect(await exporter.fixture.metric('otelcol_exporter_sent_spans_total')).toBe(2 * traces().items);
  });

  test('everything it holds before it stops', async () => {
    await using cloud = await backend(OK);
    await using exporter = await startExporter({
      client: { endpoint: cloud.address, tls: CLEAR },
      sending_queue: { num_consumers: 1 },
    });
    const held = Array.from({ length: 20 }, () => exporter.send(traces()));
    await exporter.instance.stop(5_000);
    await Promise.all(held);
    expect(cloud.calls).toHaveLength(20);
  });

  test('only once it is connected, with wait_for_ready', async () => {
    const port = await freePort();
    await using exporter = await startExporter({
      client: { endpoint: `127.0.0.1:${port}`, tls: CLEAR, wait_for_ready: true },
      timeout: 20_000,
      retry_on_failure: ONCE,
    });
    await exporter.send(traces());
    await using cloud = await startRecordingGrpcServer(() => OK, { port });
    await cloud.received(1);
    expect(exporter.fixture.lines).toEqual([]);
  });
});

describe('otelcol.exporter.otlp over TLS', () => {
  test.each([
    ['with ca_file', 'localhost:PORT', { ca_file: caFile }],
    ['with ca_pem', 'https://localhost:PORT', { ca_pem: identity.certificate }],
    ['with insecure and a CA all the same', 'localhost:PORT', { insecure: true, ca_file: caFile }],
    ['with insecure_skip_verify', 'localhost:PORT', { insecure_skip_verify: true }],
    ['with the name of the certificate', '127.0.0.1:PORT', { ca_file: caFile, server_name: 'localhost' }],
  ])('%s sends, and prefers the auth handler to a header of the same name', async (_, endpoint, tls) => {
    await using cloud = await startRecordingGrpcServer(() => OK, { identity });
    await using exporter = await startExporter({
      client: {
        endpoint: endpoint.replace('PORT', String(cloud.port)),
        tls,
        auth: basicAuth(),
        headers: { Authorization: 'Basic other' },
      },
    });
    await exporter.send(traces());
    await cloud.received(1);
    expect(cloud.calls[0]?.headers.authorization).toBe(`Basic ${Buffer.from(`1461503:${TOKEN}`).toString('base64')}`);
  });

  const HANDSHAKE =
    'rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls:';
  test.each([
    [
      'signed by an unknown authority',
      'localhost:PORT',
      {},
      'failed to verify certificate: x509: certificate signed by unknown authority',
    ],
    [
      'signed by an unknown authority, with https and insecure',
      'https://localhost:PORT',
      CLEAR,
      'failed to verify certificate: x509: certificate signed by unknown authority',
    ],
    [
      'for another host',
      'localhost:PORT',
      { ca_file: caFile, server_name: 'other.example' },
      'failed to verify certificate: x509: certificate is valid for localhost, not other.example',
    ],
  ])('retries when the certificate is %s', async (_, endpoint, tls, reason) => {
    await using cloud = await startRecordingGrpcServer(() => OK, { identity });
    const client = { endpoint: endpoint.replace('PORT', String(cloud.port)), tls };
    expect(await failureAt(client)).toBe(`${HANDSHAKE} ${reason}"`);
  });

  test.each(['127.0.0.1:PORT', 'http://127.0.0.1:PORT'])(
    'is used for %s unless the tls block says insecure, even with a server that has no TLS',
    async (endpoint) => {
      await using cloud = await backend(OK);
      expect(await failureAt({ endpoint: endpoint.replace('PORT', String(cloud.port)) })).toBe(
        `${HANDSHAKE} first record does not look like a TLS handshake"`,
      );
    },
  );
});

describe('otelcol.exporter.otlp does not start', () => {
  const SECURITY =
    'grpc: the credentials require transport level security (use grpc.WithTransportCredentials() to set)';
  test.each([
    ['with credentials and no TLS', { tls: CLEAR, auth: basicAuth() }, SECURITY],
    [
      'with a compression that gRPC does not support',
      { compression: 'deflate' as const },
      'unsupported compression type "deflate"',
    ],
    [
      'with a CA file that does not exist',
      { tls: { ca_file: '/nonexistent' } },
      'failed to load TLS config: failed to load CA CertPool File: failed to load cert /nonexistent: open /nonexistent: no such file or directory',
    ],
    [
      'with an invalid CA',
      { tls: { ca_pem: 'garbage' } },
      'failed to load TLS config: failed to load CA CertPool PEM: failed to parse cert',
    ],
  ])('%s, and reports it as Alloy does', async (_, client, reason) => {
    await using exporter = createExporter({ client: { endpoint: '127.0.0.1:1', ...client } });
    const failed = `no components started successfully: ${reason}; ${reason}; ${reason}`;
    await expect(exporter.instance.start()).rejects.toThrow(failed);
    expect(exporter.fixture.lines).toEqual([
      { level: 'error', message: 'failed to start scheduled component', fields: { err: reason } },
    ]);
    await expect(exporter.send(traces())).rejects.toThrow(/^context canceled$/);
  });

  test('with a compression that only a real Alloy supports', () => {
    const client = { endpoint: '127.0.0.1:1', compression: 'zstd' } as const;
    expect(() => createExporter({ client })).toThrow(/does not implement .*"zstd".* real Grafana Alloy/);
  });
});

/** The statuses that Alloy 1.18 retried, and the names it logs for them. */
const RETRIED = [
  [1, 'Canceled'],
  [4, 'DeadlineExceeded'],
  [10, 'Aborted'],
  [11, 'OutOfRange'],
  [14, 'Unavailable'],
  [15, 'DataLoss'],
] as const;
const NOT_RETRIED = [
  [2, 'Unknown'],
  [3, 'InvalidArgument'],
  [5, 'NotFound'],
  [6, 'AlreadyExists'],
  [7, 'PermissionDenied'],
  [8, 'ResourceExhausted'],
  [9, 'FailedPrecondition'],
  [12, 'Unimplemented'],
  [13, 'Internal'],
  [16, 'Unauthenticated'],
] as const;

test.each(RETRIED)('otelcol.exporter.otlp retries after %i, %s', async (code, name) => {
  await using cloud = await backend({ code, details: 'boom' }, OK);
  await using exporter = await startExporter({
    client: { endpoint: cloud.address, tls: CLEAR },
    retry_on_failure: FAST,
  });
  await exporter.send(traces());
  await cloud.received(2);
  await exporter.instance.stop(5_000);
  const { level, fields } = await exporter.fixture.logged('Exporting failed. Will retry the request after interval.');
  expect([level, fields.error]).toEqual(['info', `rpc error: code = ${name} desc = boom`]);
  expect(await exporter.fixture.metric('otelcol_exporter_sent_spans_total')).toBe(traces().items);
});

describe('otelcol.exporter.otlp drops', () => {
  test.each(NOT_RETRIED)('data refused with %i, %s, at once', async (code, name) => {
    await using cloud = await backend({ code, details: 'boom' });
    await using exporter = await startExporter({
      client: { endpoint: cloud.address, tls: CLEAR },
      retry_on_failure: FAST,
    });
    await exporter.send(traces());
    const { level, fields } = await exporter.fixture.logged(DROPPED);
    expect([level, fields]).toEqual([
      'error',
      {
        error: `not retryable error: Permanent error: rpc error: code = ${name} desc = boom`,
        dropped_items: traces().items,
      },
    ]);
    expect(cloud.calls).toHaveLength(1);
    const failed = { error_permanent: 'true', error_type: name, server_port: String(cloud.port) };
    expect(await exporter.fixture.metric('otelcol_exporter_send_failed_spans_total', failed)).toBe(traces().items);
    expect(await exporter.fixture.metric('otelcol_exporter_sent_spans_total')).toBe(0);
    expect(exporter.fixture.health().state).toBe('healthy');
  });

  test('data that could not be sent within max_elapsed_time', async () => {
    await using cloud = await backend({ code: 14, details: 'boom' });
    await using exporter = await startExporter({
      client: { endpoint: cloud.address, tls: CLEAR },
      retry_on_failure: { ...FAST, max_elapsed_time: 50 },
    });
    await exporter.send(traces());
    const { fields } = await exporter.fixture.logged(DROPPED);
    expect(fields.error).toBe('no more retries left: rpc error: code = Unavailable desc = boom');
    const failed = { error_permanent: 'false', error_type: 'Unavailable' };
    expect(await exporter.fixture.metric('otelcol_exporter_send_failed_spans_total', failed)).toBe(traces().items);
  });

  test('data with a RetryInfo beyond max_elapsed_time, or with a code that is never retried', async () => {
    await using cloud = await startRecordingGrpcServer(({ signal }) =>
      signal === 'traces'
        ? { code: 14, details: 'slow down', statusDetails: retryInfo(14, 3_000) }
        : { code: 13, details: 'slow down', statusDetails: retryInfo(13, 10) },
    );
    await using exporter = await startExporter({
      client: { endpoint: cloud.address, tls: CLEAR },
      retry_on_failure: { ...FAST, max_elapsed_time: 350 },
    });
    const errors = async (): Promise<LoggedLine['fields'][string] | undefined> =>
      exporter.fixture.lines.splice(0).find(({ message }) => message === DROPPED)?.fields.error;
    await exporter.send(traces());
    await exporter.fixture.logged(DROPPED);
    expect(await errors()).toBe(
      'no more retries left: Throttle (3s), error: rpc error: code = Unavailable desc = slow down',
    );
    await exporter.send(readProtobufBatch('logs', wire('sdk-logs.pb')));
    await exporter.fixture.logged(DROPPED);
    expect(await errors()).toBe('not retryable error: Permanent error: rpc error: code = Internal desc = slow down');
    expect(cloud.calls).toHaveLength(2);
  });

  test('data whose export exceeds the timeout', async () => {
    await using cloud = await backend('hang');
    expect(await failureAt({ endpoint: cloud.address, tls: CLEAR }, 1_000)).toBe(
      'rpc error: code = DeadlineExceeded desc = context deadline exceeded',
    );
  });

  test('data that the backend answered with an invalid message', async () => {
    await using cloud = await backend(new Uint8Array([0x0a, 0xff]));
    await using exporter = await startExporter({ client: { endpoint: cloud.address, tls: CLEAR } });
    await exporter.send(traces());
    expect((await exporter.fixture.logged(DROPPED)).fields.error).toMatch(
      /^not retryable error: Permanent error: rpc error: code = Internal desc = grpc: failed to unmarshal the received message: unexpected EOF$/,
    );
  });

  test('nothing after a partial success, and warns about the rejected items', async () => {
    const partialSuccess = { rejected: 2n, errorMessage: 'too old' };
    await using cloud = await backend(ExportResponse.encode({ partialSuccess }));
    await using exporter = await startExporter({ client: { endpoint: cloud.address, tls: CLEAR } });
    await exporter.send(traces());
    const { level, fields } = await exporter.fixture.logged('Partial success response');
    expect([level, fields]).toEqual(['warn', { message: 'too old', dropped_spans: 2 }]);
  });

  test('data with a header that gRPC can’t carry', async () => {
    await using cloud = await backend(OK);
    const client = { endpoint: cloud.address, tls: CLEAR };
    expect(await failureAt({ ...client, headers: { 'x y': '1' } })).toBe(
      'Permanent error: rpc error: code = Internal desc = header key "x y" contains illegal characters not in [0-9a-z-_.]',
    );
    expect(await failureAt({ ...client, headers: { x: 'ÿ' } })).toContain('contains value with non-printable ASCII');
  });

  test('and rejects data at once when neither queue nor retries are enabled', async () => {
    await using exporter = await startExporter({
      client: { endpoint: '127.0.0.1:1', tls: CLEAR },
      sending_queue: { enabled: false },
      retry_on_failure: ONCE,
    });
    await expect(exporter.send(traces())).rejects.toThrow(/connection refused/);
    const { fields } = await exporter.fixture.logged(
      'Exporting failed. Rejecting data. Try enabling retry_on_failure config option to retry on retryable errors. ' +
        'Try enabling sending_queue to survive temporary failures.',
    );
    expect(fields.rejected_items).toBe(traces().items);
  });
});

describe('an unreachable endpoint is reported with Alloy’s message', () => {
  const unavailable = (reason: string): string => `rpc error: code = Unavailable desc = ${reason}`;
  const connectionError = (reason: string): string => unavailable(`connection error: desc = ${JSON.stringify(reason)}`);
  const dialing = (reason: string): string => connectionError(`transport: Error while dialing: dial tcp${reason}`);

  test.each([
    ['a port that nobody listens on', '127.0.0.1:1', dialing(' 127.0.0.1:1: connect: connection refused')],
    ['an invalid port', '127.0.0.1:abc', dialing(': lookup tcp/abc: unknown port')],
    ['an OTLP/HTTP endpoint', 'http://127.0.0.1:9009/otlp', dialing(': lookup tcp/9009/otlp: unknown port')],
    ['an empty endpoint', '', unavailable('delegating_resolver: invalid target address "": missing address')],
  ])('%s', async (_, endpoint, expected) => {
    expect(await failureAt({ endpoint, tls: CLEAR })).toBe(expected);
  });

  test('a server without HTTP/2', async () => {
    const server = createHttp1Server((_, response) => response.writeHead(401).end());
    await using at = await listening(server);
    expect(await failureAt({ endpoint: at.address, tls: CLEAR })).toBe(
      connectionError(
        'error reading server preface: http2: failed reading the frame payload: http2: frame too large, note that the frame header looked like an HTTP/1.1 header',
      ),
    );
  });

  test('a gateway that answers with an HTTP status', async () => {
    const server = createHttp2Server((_, response) => response.writeHead(503, { 'content-type': 'text/plain' }).end());
    await using at = await listening(server);
    expect(await failureAt({ endpoint: at.address, tls: CLEAR })).toBe(
      unavailable('unexpected HTTP status code received from server: 503 (Service Unavailable)'),
    );
  });

  test('a TLS server, over clear text', async () => {
    await using cloud = await startRecordingGrpcServer(() => OK, { identity });
    expect(await failureAt({ endpoint: cloud.address, tls: CLEAR })).toBe(
      connectionError('error reading server preface: EOF'),
    );
  });

  test('a server that accepts and never answers', async () => {
    await using at = await listening(createTcpServer(() => {}));
    expect(await failureAt({ endpoint: at.address, tls: CLEAR }, 200)).toBe(
      'rpc error: code = DeadlineExceeded desc = context deadline exceeded while waiting for connections to become ready',
    );
  });
});

type Listening = AsyncDisposable & { readonly address: string; readonly port: number };

async function listening(server: Server): Promise<Listening> {
  const sockets = new Set<{ destroy: () => void }>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    address: `127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function freePort(): Promise<number> {
  await using at = await listening(createTcpServer());
  return at.port;
}

/** A `google.rpc.Status` that asks the client to retry after `delayMs`. */
function retryInfo(code: number, delayMs: number): Uint8Array {
  const message = (no: number, inside: (writer: BinaryWriter) => unknown) => (writer: BinaryWriter) => {
    inside(writer.tag(no, WireType.LengthDelimited).fork());
    return writer.join();
  };
  const delay = message(1, (writer) =>
    writer
      .tag(1, WireType.Varint)
      .int64(Math.floor(delayMs / 1000))
      .tag(2, WireType.Varint)
      .int32((delayMs % 1000) * 1e6),
  );
  const any = message(3, (writer) =>
    writer
      .tag(1, WireType.LengthDelimited)
      .string('type.googleapis.com/google.rpc.RetryInfo')
      .tag(2, WireType.LengthDelimited)
      .bytes(delay(new BinaryWriter()).finish()),
  );
  return any(new BinaryWriter().tag(1, WireType.Varint).int32(code)).finish();
}
