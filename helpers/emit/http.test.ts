import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { call, callInTraces, holdRequests, requireStatus } from './http.ts';

/** A real HTTP server on a free port of loopback. */
async function serve(answer: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const skip = (reason: string): never => {
  throw new Error(`skipped: ${reason}`);
};

test('requests are held open, without a trace of theirs, until they are released', async () => {
  let open = 0;
  const parents: unknown[] = [];
  await using server = await serve((request, response) => {
    open++;
    parents.push(request.headers.traceparent);
    response.once('close', () => open--);
    response.write('held');
  });
  using held = await holdRequests(server.url, 3, skip);
  expect(open).toBe(3);
  held.release();
  await vi.waitFor(() => expect(open).toBe(0));
  expect(parents).toEqual(parents.map(() => expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)));
});

test('a service that has no route to hold a request open skips what needs one, and any other answer is an error', async () => {
  let status = 404;
  await using server = await serve((_, response) => response.writeHead(status).end());
  await expect(holdRequests(server.url, 2, skip)).rejects.toThrow(/^skipped: .* answers 404/);
  status = 500;
  await expect(holdRequests(server.url, 2, skip)).rejects.toThrow('api answered GET / with 500, not 200');
});

test('requests are made in traces of which the IDs are known', async () => {
  const parents: unknown[] = [];
  await using server = await serve((request, response) => {
    parents.push(request.headers.traceparent);
    response.end();
  });
  const ids = await callInTraces(server.url, { count: 3, pause: 1 });
  expect(parents).toEqual(ids.map((id) => expect.stringMatching(`^00-${id}-[0-9a-f]{16}-01$`)));
  expect(new Set(ids).size).toBe(3);
});

test('each request has a connection of its own: one that a service closes meanwhile fails nothing', async () => {
  const connections = new Set<unknown>();
  await using server = await serve(({ socket }, response) => {
    connections.add(socket);
    response.end('{}');
  });
  for (let n = 0; n < 3; n++) await call(`${server.url}/health`);
  expect(connections.size).toBe(3);
});

test('an answer with another status tells what was asked, and when', async () => {
  await using server = await serve((_, response) => response.writeHead(503).end('{"error":"away"}'));
  const before = Date.now();
  const answer = await call(`${server.url}/api/games?guild_id=1`);
  requireStatus('api', answer, 503);
  expect(() => requireStatus('api', answer, 200)).toThrow(
    'api answered GET /api/games with 503, not 200: {"error":"away"}',
  );
  expect(answer.askedAt).toBeGreaterThanOrEqual(before);
});
