import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { getJson, isLoginRefused, QueryError } from './http.ts';
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
  ['a text', { body: 'ready' }, 200, /answered 200: ready$/],
  [
    'an HTML page',
    { body: '<html>', type: 'text/html; charset=utf-8' },
    200,
    /answered 200 with an HTML page, not JSON$/,
  ],
  ['an empty body', { body: '' }, 200, /answered 200 with an empty body$/],
  ['JSON of another shape', { body: '{"status":"error"}' }, 200, /answered 200 with the JSON of another API: \{"stat/],
  ['a proxy that wants a login', { status: 407, type: 'text/html', body: '<html>' }, 407, /answered 407 with an HTML/],
  ['no answer in time', 'never', 0, /gives no answer: timed out after 0.2 s$/],
  [
    'a connection that is reset',
    'reset',
    0,
    /gives no answer: the connection was closed before a whole answer came \(read ECONNRESET\)$/,
  ],
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

test.each([200, 500])('the message holds no password that a service with status %i sends back', async (status) => {
  const { answer } = await ask({ status, body: 'who is glc_secret?' });
  expect(String(answer)).toContain('who is (secret)?');
});

test('the message holds no password, and only the start of a long body', async () => {
  const { answer } = await ask({ status: 500, body: 'x'.repeat(10_000) });
  expect(String(answer)).not.toContain('glc_secret');
  expect(String(answer).length).toBeLessThan(1000);
});

test.each([
  [400, true],
  [401, true],
  [403, true],
  [407, true],
  [501, true],
  [302, true],
  [404, true],
  [429, false],
  [500, false],
  [503, false],
])('%i would come again for the same question: %s', async (status, isFinal) => {
  const { answer } = await ask({ status, body: 'x' });
  expect(answer).toMatchObject({ status, isFinal });
});

test.each<[string, Reply, { isLogin: boolean; stranger: string | undefined }]>([
  ['the API', { status: 401, body: '{"error":"invalid token"}' }, { isLogin: true, stranger: undefined }],
  ['a page to log in', { status: 401, type: 'text/html', body: '<html>' }, { isLogin: false, stranger: 'web page' }],
  [
    'a firewall, whose page says what it is itself',
    { status: 403, type: 'text/plain', body: '<!DOCTYPE html><html>' },
    { isLogin: false, stranger: 'web page' },
  ],
  [
    'a proxy whose service has a fault',
    { status: 502, type: 'text/html', body: '<html>' },
    { isLogin: false, stranger: undefined },
  ],
  [
    'a proxy that is asked too often',
    { status: 429, type: 'text/html', body: '<html>' },
    { isLogin: false, stranger: undefined },
  ],
])('whether a login is refused, and who answers, is told apart: %s', async (_, reply, { isLogin, stranger }) => {
  const { answer } = await ask(reply);
  expect(answer).toMatchObject({ stranger });
  expect(isLoginRefused(answer as QueryError)).toBe(isLogin);
});

test('what is no answer of the API would come again, and no answer would not', async () => {
  expect((await ask({ body: '{}' })).answer).toMatchObject({ isFinal: true });
  expect((await ask('reset')).answer).toMatchObject({ isFinal: false });
  expect((await ask('never')).answer).toMatchObject({ isFinal: false });
});

test.each([
  ['7', 7000],
  [new Date(Date.now() + 60_000).toUTCString(), expect.closeTo(60_000, -4)],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['soon', undefined],
])('Retry-After: %s is waited for', async (header, retryAfterMs) => {
  const { answer } = await ask({ status: 429, headers: { 'retry-after': header } });
  expect(answer).toMatchObject({ status: 429, retryAfterMs });
});

test('a service account is sent as Bearer, a tenant as a header, and no login as none', async () => {
  await using server = await startAnsweringServer(() => ({ body: '{"status":"success"}' }));
  const access = { url: server.url, user: '', password: '' };
  await getJson({ ...access, password: 'glsa_x', isBearer: true }, '/api', {}, Answer);
  await getJson({ ...access, tenant: 'team-a' }, '/api', {}, Answer);
  expect(server.received.map(({ headers }) => [headers.authorization, headers['x-scope-orgid']])).toEqual([
    ['Bearer glsa_x', undefined],
    [undefined, 'team-a'],
  ]);
});

describe('a proxy', () => {
  const schema = z.unknown();

  test('is used for hosts that it is not excepted for, with its login, and never for loopback', async () => {
    await using proxy = await startAnsweringServer(() => ({ body: '{}' }));
    await using direct = await startAnsweringServer(() => ({ body: '{}' }));
    const proxies = { http: proxy.url.replace('//', '//u:p@'), except: 'direct.internal' };
    const ask = (url: string) => getJson({ url, user: '', password: '', proxies }, '/x', {}, schema, 2000);
    await ask('http://stack.internal');
    await ask(direct.url);
    await expect(ask('http://direct.internal')).rejects.toThrow('gives no answer');
    expect(proxy.received.map(({ headers }) => [headers.host, headers['proxy-authorization']])).toEqual([
      ['stack.internal', `Basic ${Buffer.from('u:p').toString('base64')}`],
    ]);
    expect(direct.received).toHaveLength(1);
  });
});
