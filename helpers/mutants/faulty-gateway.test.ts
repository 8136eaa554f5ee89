import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { compress, uncompress } from 'snappyjs';
import { request } from 'undici';
import { expect, test } from 'vitest';
import { WriteRequest } from '../otlp/remote-write.ts';
import { TracesData } from '../otlp/schema.ts';
import { alterExport } from './alter-export.ts';
import { type Fault, startFaultyGateway } from './faulty-gateway.ts';

/** A backend that keeps what it gets, and a gateway with a fault in front of it. */
async function start(fault: Fault) {
  const got: string[] = [];
  const server = createServer(async (asked, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of asked) chunks.push(chunk);
    got.push(`${asked.method} ${asked.url} ${asked.headers.authorization ?? '-'} ${Buffer.concat(chunks)}`);
    answer.writeHead(202, { 'x-backend': 'yes' }).end('stored');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const gateway = await startFaultyGateway(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, fault);
  return {
    got,
    url: gateway.url,
    send: async (path: string, body = 'data') => {
      const answer = await request(`${gateway.url}${path}`, {
        method: 'POST',
        body,
        headers: { authorization: 'Basic x' },
      });
      return { status: answer.statusCode, headers: answer.headers, body: Buffer.from(await answer.body.arrayBuffer()) };
    },
    [Symbol.asyncDispose]: async () => {
      await gateway.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

const TRACES = '/otlp/v1/traces';
const LOGS = '/otlp/v1/logs';
const ID = '2'.repeat(16);

test('a status answers the signals that it concerns, and all else passes through with its login, body and answer', async () => {
  await using at = await start({ answer: 429, message: 'too much', signals: ['traces'] });
  expect(await at.send(TRACES)).toMatchObject({ status: 429, body: Buffer.from('too much') });
  expect(await at.send(LOGS, 'a log')).toMatchObject({
    status: 202,
    headers: { 'x-backend': 'yes' },
    body: Buffer.from('stored'),
  });
  await at.send('/api/prom/push', 'samples');
  const question = await request(`${at.url}/api/prom/api/v1/query?query=up`);
  await question.body.dump();
  expect(at.got).toEqual([
    `POST ${LOGS} Basic x a log`,
    'POST /api/prom/push Basic x samples',
    'GET /api/prom/api/v1/query?query=up - ',
  ]);
});

test('without signals a fault concerns all that is sent, and no question', async () => {
  await using at = await start({ answer: 503 });
  for (const path of [TRACES, LOGS, '/otlp/v1/metrics', '/api/prom/push']) {
    expect(await at.send(path)).toMatchObject({ status: 503 });
  }
  expect(await at.send('/loki/api/v1/query_range')).toMatchObject({ status: 202 });
});

test('what is discarded is answered with 200, and one of so many is', async () => {
  await using at = await start({ does: 'discard', signals: ['traces'], every: 3 });
  const answers = [];
  for (const body of ['1', '2', '3', '4']) answers.push((await at.send(TRACES, body)).status);
  expect(answers).toEqual([202, 202, 200, 202]);
  expect(at.got.map((line) => line.at(-1))).toEqual(['1', '2', '4']);
});

test('what is duplicated arrives twice', async () => {
  await using at = await start({ does: 'duplicate', signals: ['traces'] });
  expect(await at.send(TRACES, 'once')).toMatchObject({ status: 202 });
  expect(at.got).toEqual([`POST ${TRACES} Basic x once`, `POST ${TRACES} Basic x once`]);
});

test('a cut connection has no answer', async () => {
  await using at = await start({ does: 'cut', signals: ['traces'] });
  await expect(at.send(TRACES)).rejects.toThrow(/closed|reset|hang up/i);
  expect(await at.send(LOGS)).toMatchObject({ status: 202 });
  expect(at.got).toHaveLength(1);
});

test('a partial success says how many items are rejected, as OTLP encodes it', async () => {
  await using at = await start({ rejects: 2, signals: ['logs'] });
  const { status, headers, body } = await at.send(LOGS);
  expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'application/x-protobuf' });
  // ExportLogsServiceResponse { partial_success { rejected_log_records: 2 error_message: "…" } }
  expect([...body.subarray(0, 6)]).toEqual([0x0a, body.length - 2, 0x08, 2, 0x12, body.length - 6]);
  expect(at.got).toEqual([]);
});

test('what is slow arrives later', async () => {
  await using at = await start({ delayMs: 100, signals: ['traces'] });
  const slow = at.send(TRACES, 'slow');
  await at.send(LOGS, 'fast');
  await slow;
  expect(at.got.map((line) => line.split(' ').at(-1))).toEqual(['fast', 'slow']);
});

test.each([
  [
    'times are shifted',
    { shiftMs: 5000 },
    [{ parentSpanId: '', startTimeUnixNano: 6_000_000_000n }, { parentSpanId: ID }],
  ],
  ['parents are stripped', { strips: 'parents' }, [{ name: 'a' }, { name: 'b', parentSpanId: '' }]],
  ['attributes are stripped', { strips: 'attributes' }, [{ attributes: [] }, { attributes: [] }]],
  ['one item in two is lost', { losesOneIn: 2 }, [{ name: 'a', attributes: [{ key: 'x' }] }]],
] as const)('what is passed on is altered: %s', async (_, alteration, spans) => {
  const span = (name: string, parentSpanId: string) => {
    return {
      traceId: '1'.repeat(32),
      spanId: ID,
      parentSpanId,
      name,
      startTimeUnixNano: '1000000000',
      attributes: [{ key: 'x' }],
    };
  };
  const body = TracesData.encode(
    TracesData.fromJson({
      resourceSpans: [
        { resource: { attributes: [{ key: 'r' }] }, scopeSpans: [{ spans: [span('a', ''), span('b', ID)] }] },
      ],
    }),
  );
  for (const sent of [Buffer.from(body), gzipSync(body)]) {
    const altered = await alterExport('traces', sent, alteration);
    const data = TracesData.decode(altered[0] === 0x1f ? gunzipSync(altered) : altered);
    expect(data.resourceSpans[0]?.resource?.attributes).toHaveLength(1);
    expect(data.resourceSpans[0]?.scopeSpans[0]?.spans).toMatchObject(spans);
  }
});

test('a label is stripped from the series of remote write', async () => {
  const labels = ['__name__', 'job'].map((name) => ({ name, value: 'x' }));
  const body = compress(WriteRequest.encode({ timeseries: [{ labels, samples: [{ value: 1, timestamp: 5n }] }] }));
  const altered = await alterExport('samples', Buffer.from(body), { strips: { label: 'job' } });
  expect(WriteRequest.decode(uncompress(altered))).toMatchObject({
    timeseries: [{ labels: [{ name: '__name__' }], samples: [{ timestamp: 5n }] }],
  });
});
