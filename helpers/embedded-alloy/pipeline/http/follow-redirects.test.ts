import { Agent } from 'undici';
import { expect, test } from 'vitest';
import { startRecordingServer } from '../../testing/recording-server.ts';
import { postFollowing } from './follow-redirects.ts';

const headers = { authorization: 'Basic x', 'content-type': 'application/x-protobuf', 'user-agent': 'a' };

async function post(url: string) {
  await using agent = { dispatcher: new Agent(), [Symbol.asyncDispose]: () => agent.dispatcher.destroy() };
  const hops: string[] = [];
  const { statusCode, body } = await postFollowing(
    url,
    { headers, body: 'data', dispatcher: agent.dispatcher },
    (hop) => {
      hops.push(hop);
    },
  );
  return { statusCode, text: await body.text(), hops };
}

test.each([
  [302, { method: 'GET', body: '', type: undefined }],
  [307, { method: 'POST', body: 'data', type: 'application/x-protobuf' }],
])('%i to another host goes on as %o, without the login', async (status, { method, body, type }) => {
  await using other = await startRecordingServer(() => ({ status: 200, body: 'there' }));
  await using first = await startRecordingServer(() => ({ status, headers: { location: `${other.url}/login` } }));
  expect(await post(`${first.url}/otlp`)).toEqual({ statusCode: 200, text: 'there', hops: [`${other.url}/login`] });
  const [asked] = other.requests;
  expect(asked).toMatchObject({ method, url: '/login' });
  expect(asked?.body.toString()).toBe(body);
  expect(asked?.headers.authorization).toBeUndefined();
  expect(asked?.headers['content-type']).toBe(type);
});

test('a redirect within the host keeps the login, and one without a location is the answer', async () => {
  await using server = await startRecordingServer(({ url }) =>
    url === '/a' ? { status: 308, headers: { location: '/b' } } : { status: 302 },
  );
  expect(await post(`${server.url}/a`)).toMatchObject({ statusCode: 302, hops: [`${server.url}/b`] });
  expect(server.requests.at(-1)?.headers.authorization).toBe('Basic x');
});

test('an endless redirect ends after ten', async () => {
  await using server = await startRecordingServer(() => ({ status: 302, headers: { location: '/again' } }));
  await expect(post(server.url)).rejects.toThrow('stopped after 10 redirects');
  expect(server.requests).toHaveLength(11);
});
