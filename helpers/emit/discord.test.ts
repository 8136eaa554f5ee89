import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { dispatch } from './discord.ts';

/** Dispatches an event to a server that answers with these statuses, one after the other, and returns how many it gave. */
async function dispatchTo(...statuses: number[]) {
  let answers = 0;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(statuses[Math.min(answers++, statuses.length - 1)] ?? 500).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await dispatch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'GUILD_CREATE', {});
    return answers;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test('an event is dispatched again while a part is unavailable to the bot, and not if it is refused', async () => {
  expect(await dispatchTo(503, 503, 204)).toBe(3);
  await expect(dispatchTo(400)).rejects.toThrow(/^bot answered GUILD_CREATE with 400, not 200$/);
});

test('a part that stays unavailable is told after some seconds', async () => {
  await expect(dispatchTo(503)).rejects.toThrow('bot answered GUILD_CREATE with 503');
});
