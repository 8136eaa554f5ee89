import { expect, test } from 'vitest';
import { z } from 'zod';
import { getJson, QueryError } from './http.ts';
import { type Reply, startAnsweringServer } from './testing/answering-server.ts';

const Answer = z.object({ status: z.literal('success') });

async function ask(reply: Reply) {
  await using server = await startAnsweringServer(() => reply);
  const access = { url: server.url, user: '2847239', password: 'glc_secret' };
  const answer = await getJson(access, '/api', { q: 'a b' }, Answer, 200).catch((error: unknown) => error);
  return { answer, server };
}

test('the login and the parameters are sent, and the JSON is returned', async () => {
  const { answer, server } = await ask({ body: '{"status":"success"}' });
  expect(answer).toEqual({ status: 'success' });
  expect(server.received).toMatchObject([{ path: '/api', login: '2847239:glc_secret' }]);
  expect(server.received[0]?.parameters.get('q')).toBe('a b');
});

test.each<[string, Reply, number, RegExp]>([
  [
    'a refused login',
    { status: 401, body: '{"error":"authentication error: invalid token"}' },
    401,
    /answered 401: .*invalid token/,
  ],
  [
    'a query that can’t be parsed',
    { status: 400, body: 'parse error at line 1' },
    400,
    /answered 400: parse error at line 1$/,
  ],
  ['an answer that is not JSON', { body: '<html>' }, 200, /gave an unexpected answer: <html>$/],
  ['JSON of another shape', { body: '{"status":"error"}' }, 200, /gave an unexpected answer/],
  ['no answer in time', 'never', 0, /gives no answer: .*timeout/i],
])('%s is a QueryError with its status, its URL and its user', async (_, reply, status, message) => {
  const { answer, server } = await ask(reply);
  expect(answer).toBeInstanceOf(QueryError);
  expect(answer).toMatchObject({
    status,
    url: `${server.url}/api`,
    user: '2847239',
    message: expect.stringMatching(message),
  });
});

test('a server that refuses connections is a QueryError with status 0', async () => {
  const access = { url: 'http://127.0.0.1:1', user: 'u', password: 'glc_secret' };
  await expect(getJson(access, '/api', {}, Answer)).rejects.toMatchObject({
    status: 0,
    message: expect.stringContaining('http://127.0.0.1:1/api gives no answer'),
  });
});

test('the message holds no password, and only the start of a long body', async () => {
  const { answer } = await ask({ status: 500, body: 'x'.repeat(10_000) });
  expect(String(answer)).not.toContain('glc_secret');
  expect(String(answer).length).toBeLessThan(1000);
});
