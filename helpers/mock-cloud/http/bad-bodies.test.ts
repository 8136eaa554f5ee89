import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { compress } from 'snappyjs';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newSpanId, newTraceId } from '../../otlp/ids.ts';
import { formatBasicAuth, JSON_TYPE, PROTOBUF, REMOTE_WRITE } from '../testing/test-mock.ts';
import { wrapInField } from '../testing/wrap-in-field.ts';

const MIB = 1024 * 1024;
const LOGIN = {
  otlp: formatBasicAuth('1461503', 'glc_x'),
  prometheus: formatBasicAuth('2847239', 'glc_x'),
  tempo: formatBasicAuth('1413606', 'glc_x'),
};

let child: ChildProcess;
let url = '';
beforeAll(async () => {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  child = spawn(process.execPath, [main, '--port', '0'], {
    env: { GRAFANA_CLOUD_API_KEY: 'glc_x' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('no output');
  const lines = createInterface(child.stdout);
  const [first] = (await once(lines, 'line')) as [string];
  url = /http:\S+/.exec(first)?.[0] ?? '';
});
afterAll(() => void child.kill());

const post = async (
  path: string,
  authorization: string,
  headers: Record<string, string>,
  body: Uint8Array | string,
) => {
  const answer = await request(url + path, { method: 'POST', headers: { authorization, ...headers }, body });
  return { status: answer.statusCode, text: await answer.body.text() };
};
const readResidentMiB = async () => {
  const page = await (await request(`${url}/metrics`)).body.text();
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(page)?.[1]) / MIB;
};
const expectGoodTrace = async () => {
  const traceId = newTraceId();
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId, spanId: newSpanId() }] }] }] });
  expect(await post('/otlp/v1/traces', LOGIN.otlp, JSON_TYPE, body)).toMatchObject({ status: 200 });
  const answer = await request(`${url}/tempo/api/traces/${traceId}`, { headers: { authorization: LOGIN.tempo } });
  expect(answer.statusCode).toBe(200);
  await answer.body.dump();
};
const GZIP = { ...PROTOBUF, 'content-encoding': 'gzip' };

describe('an oversized body is refused with a 4xx, and the next request is served', () => {
  test.each([
    ['a gzip bomb', '/otlp/v1/traces', LOGIN.otlp, GZIP, () => gzipSync(Buffer.alloc(200 * MIB)), 400],
    [
      'a snappy body that declares 4 GiB',
      '/api/prom/push',
      LOGIN.prometheus,
      REMOTE_WRITE,
      () => Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0]),
      400,
    ],
    ['33 MiB of JSON', '/otlp/v1/logs', LOGIN.otlp, JSON_TYPE, () => Buffer.alloc(33 * MIB, ' '), 413],
    ['33 MiB of remote write', '/api/prom/push', LOGIN.prometheus, REMOTE_WRITE, () => Buffer.alloc(33 * MIB), 413],
    ['millions of JSON objects', '/otlp/v1/traces', LOGIN.otlp, JSON_TYPE, () => `[${'{},'.repeat(5e6)}{}]`, 400],
    [
      'millions of empty spans',
      '/otlp/v1/traces',
      LOGIN.otlp,
      PROTOBUF,
      () => wrapInField(1, wrapInField(2, Buffer.alloc(6 * MIB, Buffer.from([0x12, 0x00])))),
      400,
    ],
    ['millions of empty series', '/api/prom/push', LOGIN.prometheus, REMOTE_WRITE, buildEmptySeries, 200],
  ])('%s', { timeout: 30_000 }, async (_, path, authorization, headers, body, status) => {
    expect(await post(path, authorization, headers, body())).toMatchObject({ status });
    await expectGoodTrace();
  });

  test('a chunked body without end', async () => {
    let sent = 0;
    async function* endless() {
      while (sent < 100 * MIB) {
        sent += MIB;
        yield Buffer.alloc(MIB);
      }
    }
    const answer = await request(`${url}/otlp/v1/traces`, {
      method: 'POST',
      headers: { authorization: LOGIN.otlp, ...PROTOBUF },
      body: Readable.from(endless()),
    });
    expect(answer.statusCode).toBe(413);
    await answer.body.dump();
    await expectGoodTrace();
  });

  test('repeating them does not increase the memory of the process', { timeout: 60_000 }, async () => {
    const before = await readResidentMiB();
    const bomb = gzipSync(Buffer.alloc(200 * MIB));
    const large = Buffer.alloc(33 * MIB);
    for (let round = 0; round < 5; round++) {
      await Promise.all(Array.from({ length: 4 }, () => post('/otlp/v1/traces', LOGIN.otlp, GZIP, bomb)));
      await post('/api/prom/push', LOGIN.prometheus, REMOTE_WRITE, large);
    }
    expect((await readResidentMiB()) - before).toBeLessThan(100);
  });
});

describe('a malformed request', () => {
  test.each([
    ['with only slashes as its address', '//', 404],
    ['with a broken escape in its address', '/api/prom/api/v1/label/%zz/values', 400],
    ['with a deeply nested query', `/api/prom/api/v1/query?query=${'('.repeat(15_000)}1${')'.repeat(15)}`, 400],
    ['with a time out of range', '/api/prom/api/v1/query?query=up&time=1e300', 400],
  ])('%s is answered', async (_, path, status) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: ${LOGIN.prometheus}\r\nconnection: close\r\n\r\n`);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    await once(socket, 'close');
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    await expectGoodTrace();
  });
  test('with a deeply nested query in a form is a 400', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = `query=${'('.repeat(30_000)}1${')'.repeat(30_000)}`;
    const answer = await post('/api/prom/api/v1/query', LOGIN.prometheus, form, body);
    expect(answer).toMatchObject({ status: 400 });
    await expectGoodTrace();
  });
});

describe('a body that is cut off', () => {
  const sendHalf = (ending: 'end' | 'destroy') =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk;
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(answer));
      socket.write(
        `POST /otlp/v1/traces HTTP/1.1\r\nhost: x\r\nauthorization: ${LOGIN.otlp}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"resource`,
        () => socket[ending](),
      );
    });

  test('is a 400 if the client still listens', async () => {
    expect(await sendHalf('end')).toMatch(/^HTTP\/1\.1 400 /);
    await expectGoodTrace();
  });
  test('does no harm if it does not', async () => {
    for (let round = 0; round < 20; round++) await sendHalf('destroy');
    await expectGoodTrace();
  });
  test.each([1, 17, 3000])('as snappy after %i bytes is a 400', async (length) => {
    const whole = compress(Buffer.alloc(100_000, 'abcdefghijklmnop'.repeat(3)));
    const body = whole.subarray(0, Math.min(length, whole.length - 1));
    expect(await post('/api/prom/push', LOGIN.prometheus, REMOTE_WRITE, body)).toMatchObject({ status: 400 });
  });
});

/** Any number of series without samples stores nothing. */
function buildEmptySeries(): Uint8Array {
  return compress(Buffer.alloc(20 * MIB, Buffer.from([0x0a, 0x00])));
}
