import { describe, expect, test } from 'vitest';
import { type Reply, startAnsweringServer } from '../../clients/testing/answering-server.ts';
import { findTempoReceiver } from './find-tempo-receiver.ts';

const CONFIG =
  'GET /status/config\n---\ntarget: all\ndistributor:\n  receivers:\n    otlp:\n      protocols:\n        http:\n          endpoint: 0.0.0.0:44318\n';

async function find(reply: Reply, login = { user: '', password: '' }) {
  await using tempo = await startAnsweringServer(({ path }) => (path === '/status/config' ? reply : undefined));
  const receiver = await findTempoReceiver({ url: tempo.url, ...login }, 300).catch(String);
  return { receiver, received: tempo.received };
}

test('the port is that of Tempo’s configuration, which is asked for with the login', async () => {
  const { receiver, received } = await find({ body: CONFIG, type: 'text/plain' }, { user: 'me', password: 'p' });
  expect(receiver).toBe('http://127.0.0.1:44318');
  expect(received[0]?.login).toBe('me:p');
});

test.each<[string, Reply]>([
  ['has no such page', { status: 404 }],
  ['shows it to nobody', { status: 403, body: 'no' }],
  ['has another one', { body: 'target: all', type: 'text/plain' }],
])('it is the standard one where Tempo %s', async (_, reply) => {
  expect((await find(reply)).receiver).toBe('http://127.0.0.1:4318');
});

describe('it is not guessed', () => {
  test.each<[Reply, string]>([
    ['never', 'timed out after 0.3 s'],
    ['reset', 'ECONNRESET'],
  ])('for a Tempo that gives no answer: %s', async (reply, reason) => {
    expect((await find(reply)).receiver).toContain(reason);
  });
});
