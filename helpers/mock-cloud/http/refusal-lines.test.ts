import { once } from 'node:events';
import { connect } from 'node:net';
import { compress } from 'snappyjs';
import { request } from 'undici';
import { beforeEach, describe, expect, test } from 'vitest';
import { WriteRequest } from '../../otlp/remote-write.ts';
import { callGrpc } from '../testing/call-grpc.ts';
import {
  formatBasicAuth,
  JSON_TYPE,
  PROTOBUF,
  REMOTE_WRITE,
  startTestMock,
  type TestMock,
} from '../testing/test-mock.ts';
import { findNearestPath } from './nearest-path.ts';

let running: TestMock;
beforeEach(async ({ onTestFinished }) => {
  const mock = await startTestMock({ grpc: { port: 0 } });
  running = mock;
  onTestFinished(() => mock[Symbol.asyncDispose]());
});
const sendPlain = async (method: string, path: string, authorization?: string) => {
  const headers = authorization === undefined ? {} : { authorization };
  const answer = await request(running.mock.url + path, { method: method as 'GET', headers });
  await answer.body.dump();
  return answer.statusCode;
};

describe('an unknown path is a 404 and a line with the nearest known one', () => {
  test.each([
    ['otlp', 'POST', '/otlp/v1/trace', '/otlp/v1/traces'],
    ['otlp', 'POST', '/otlp/v1/traces/v1/traces', '/otlp/v1/traces'],
    ['otlp', 'POST', '/v1/metrics', '/otlp/v1/metrics'],
    ['otlp', 'GET', '/otlp/v1/trace', '/otlp/v1/traces'],
    ['otlp', 'PUT', '/otlp/v1/log', '/otlp/v1/logs'],
    ['prometheus', 'POST', '/api/prom/api/v1/querry', '/api/prom/api/v1/query'],
    ['prometheus', 'GET', '/api/v1/query', '/api/prom/api/v1/query'],
    ['prometheus', 'GET', '/api/prom/pushed', '/api/prom/push'],
    ['prometheus', 'POST', '/api/prom/api/v1/push', '/api/prom/push'],
    ['prometheus', 'GET', '/api/prom/api/v1/querry', '/api/prom/api/v1/query'],
    ['loki', 'POST', '/loki/api/v1/pushes', '/loki/api/v1/push'],
    ['loki', 'POST', '/api/v1/push', '/api/prom/push'],
    ['tempo', 'POST', '/tempo/v1/traces', '/otlp/v1/traces'],
    ['tempo', 'GET', '/tempo/api/searches', '/tempo/api/search'],
    ['tempo', 'DELETE', '/nowhere', '/tempo/api/search'],
  ] as const)('%s: %s %s', async (service, method, path, nearest) => {
    const login = formatBasicAuth(running.credentials.instanceIds[service], running.credentials.token);
    expect(await sendPlain(method, path, login)).toBe(404);
    expect(running.lines).toHaveLength(1);
    expect(running.lines[0]).toContain(`no such path: ${method} ${path} (the nearest is `);
    if (path !== '/nowhere') expect(findNearestPath(method, path)).toBe(nearest);
  });

  test('a POST of any type to one is a 404, not a complaint about its type', async () => {
    for (const headers of [JSON_TYPE, PROTOBUF, REMOTE_WRITE]) {
      expect(await running.post('prometheus', '/api/prom/api/v1/write', '', headers)).toMatchObject({ status: 404 });
      expect(await running.post('loki', '/loki/api/v1/pushed', '', headers)).toMatchObject({ status: 404 });
    }
  });
});

describe('a refusal is a line that says what was sent', () => {
  const push = (timestamp: bigint) => {
    const labels = [{ name: '__name__', value: 'up' }];
    const series = { labels, samples: [{ value: 1, timestamp }] };
    return running.post(
      'prometheus',
      '/api/prom/push',
      compress(WriteRequest.encode({ timeseries: [series] })),
      REMOTE_WRITE,
    );
  };
  test('of a sample', async () => {
    expect(await push(5n)).toMatchObject({ status: 400 });
    await push(6n);
    expect(running.lines).toEqual([
      'first samples arrived at /api/prom/push',
      expect.stringMatching(
        /^refused POST \/api\/prom\/push with 400: failed pushing .*err-mimir-sample-timestamp-too-old.* up\{\}$/,
      ),
    ]);
  });
  test('of a log, in protobuf too', async () => {
    expect(await running.post('otlp', '/otlp/v1/logs', '', PROTOBUF)).toMatchObject({ status: 422 });
    expect(running.lines).toEqual([
      'refused POST /otlp/v1/logs with 422: error at least one valid stream is required for ingestion',
    ]);
  });
  test('of a part of an export', async () => {
    const sum = { aggregationTemporality: 1, dataPoints: [{ asInt: '1', timeUnixNano: '1' }] };
    const body = JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'd', sum }] }] }] });
    expect(await running.post('otlp', '/otlp/v1/metrics', body, JSON_TYPE)).toMatchObject({ status: 200 });
    expect(running.lines).toEqual([
      'refused a part of POST /otlp/v1/metrics: invalid temporality and type combination for metric "d"',
    ]);
  });
  test('of metrics over gRPC', async () => {
    const authorization = formatBasicAuth(running.credentials.instanceIds.tempo, running.credentials.token);
    await callGrpc(running.mock.grpcAddress ?? '', 'metrics', new Uint8Array(), { authorization });
    expect(running.lines).toEqual([
      'refused /opentelemetry.proto.collector.metrics.v1.MetricsService/Export over gRPC with UNIMPLEMENTED: unknown service opentelemetry.proto.collector.metrics.v1.MetricsService',
    ]);
  });
  test('of gRPC at the OTLP gateway, which speaks HTTP only', async () => {
    const outcome = await callGrpc(new URL(running.mock.url).host, 'traces', new Uint8Array());
    expect(outcome.code).not.toBe(0);
    expect(running.lines).toEqual([
      'refused gRPC (HTTP/2) at the port for HTTP: the OTLP gateway receives OTLP over HTTP only',
    ]);
  });
  test('of TLS at a port that has none', async () => {
    const socket = connect(running.mock.port, '127.0.0.1');
    socket.write(Buffer.from('1603010200010001fc0303', 'hex'));
    socket.resume();
    await once(socket, 'close');
    expect(running.lines).toEqual(['refused TLS at the port for HTTP: the address of the mock begins with http://']);
  });
  test('of a login, with its form', async () => {
    const { token, instanceIds } = running.credentials;
    const encode = (text: string) => Buffer.from(text).toString('base64');
    const headers = [
      undefined,
      `Bearer ${token}`,
      `Basic ${instanceIds.otlp}:${token}`,
      `Basic ${encode(encode(`${instanceIds.otlp}:${token}`))}`,
      `Basic ${encode(`${instanceIds.otlp}:${token}\n`)}`,
    ];
    for (const header of [...headers, ...headers]) expect(await sendPlain('POST', '/otlp/v1/traces', header)).toBe(401);
    expect(running.lines).toEqual([
      'refused a login at the OTLP gateway: no Authorization header was sent',
      'refused a login at the OTLP gateway: Bearer was sent instead of Basic',
      'refused a login at the OTLP gateway: instance ID and token were not encoded in base64',
      'refused a login at the OTLP gateway: the login was encoded twice',
      `refused a login at the OTLP gateway: wrong token for user ${instanceIds.otlp}, the encoded login has a line end in it, as \`echo\` without -n adds one (see GRAFANA_CLOUD_API_KEY)`,
    ]);
  });
  test('without a credential that stood in the path', async () => {
    expect(await sendPlain('GET', `/x/${running.credentials.token}?token=${running.credentials.token}`)).toBe(404);
    expect(running.lines).toHaveLength(1);
    expect(running.lines.join()).not.toContain(running.credentials.token);
  });
});

test('a trace that is not found yet is no refusal', async () => {
  expect(await running.get('tempo', '/tempo/api/traces/1')).toMatchObject({ status: 404 });
  expect(running.lines).toEqual([]);
});
