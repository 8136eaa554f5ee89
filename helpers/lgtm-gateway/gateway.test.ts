import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGateway } from './gateway.ts';

type Received = { readonly path: string; readonly headers: Record<string, unknown>; readonly body: string };
const received: Received[] = [];
const backend = Fastify();
let gateway: ReturnType<typeof createGateway>;
let url = '';

beforeAll(async () => {
  backend.addContentTypeParser('*', { parseAs: 'string' }, (_, body, done) => done(null, body));
  backend.post('/*', async (asked, answer) => {
    received.push({ path: asked.url, headers: asked.headers, body: String(asked.body) });
    return asked.url.endsWith('/push') ? answer.code(400).header('retry-after', '7').send('too old') : 'taken';
  });
  const target = { url: await backend.listen({ host: '127.0.0.1', port: 0 }), user: '', password: '' };
  gateway = createGateway({
    traces: target,
    prometheus: { ...target, url: `${target.url}/prefix`, user: 'me', password: 'p', tenant: 't1' },
    loki: target,
  });
  url = await listen();
});
afterAll(async () => {
  gateway.close();
  await backend.close();
});

async function listen(): Promise<string> {
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
}

async function send(path: string) {
  const headers = {
    authorization: 'Basic Y2xvdWQ=',
    'content-type': 'application/x-protobuf',
    'content-encoding': 'x',
  };
  const { statusCode, headers: answered, body } = await request(url + path, { method: 'POST', headers, body: 'data' });
  return { status: statusCode, retryAfter: answered['retry-after'], text: await body.text(), last: received.at(-1) };
}

test.each([
  ['/otlp/v1/traces', '/v1/traces'],
  ['/otlp/v1/metrics', '/prefix/api/v1/otlp/v1/metrics'],
  ['/otlp/v1/logs', '/otlp/v1/logs'],
  ['/api/prom/push', '/prefix/api/v1/write'],
])('%s goes to %s as it is, without the login of Grafana Cloud', async (path, expected) => {
  const { status, text, last } = await send(path);
  expect({ status, text }).toEqual({ status: 200, text: 'taken' });
  expect(last).toMatchObject({ path: expected, body: 'data', headers: { 'content-encoding': 'x' } });
  const login = Buffer.from('me:p').toString('base64');
  expect(last?.headers.authorization).toBe(expected.startsWith('/prefix') ? `Basic ${login}` : undefined);
  expect(last?.headers['x-scope-orgid']).toBe(expected.startsWith('/prefix') ? 't1' : undefined);
});

test('the answer of the service comes back as it is', async () => {
  expect(await send('/loki/api/v1/push')).toMatchObject({ status: 400, retryAfter: '7', text: 'too old' });
});

test.each(['/otlp', '/otlp/v1/traces/v1/traces', '/tempo/api/search'])('%s is not found', async (path) => {
  expect(await send(path)).toMatchObject({ status: 404 });
});

test('a service without an answer is a 502', async () => {
  const nobody = { url: 'http://127.0.0.1:1', user: '', password: '' };
  const other = createGateway({ traces: nobody, prometheus: nobody, loki: nobody });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const port = (other.address() as AddressInfo).port;
  const { statusCode, body } = await request(`http://127.0.0.1:${port}/otlp/v1/traces`, { method: 'POST', body: 'x' });
  other.close();
  expect(statusCode).toBe(502);
  expect(await body.text()).toContain('ECONNREFUSED');
});
