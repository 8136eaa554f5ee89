import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the engine answers: a body, sent as JSON, after 200 or another status. */
export type EngineAnswer = { readonly status?: number; readonly body: unknown };

/** A server on a Unix socket that answers as a container engine does; `address` is what `DOCKER_HOST` has to be. */
export type AnsweringEngine = AsyncDisposable & { readonly address: string };

/** Starts a server with these answers, by path: `/images/redis:7.4-alpine/json`. All other images and paths get 404. */
export async function startAnsweringEngine(
  answers: (path: string) => EngineAnswer | undefined = () => undefined,
): Promise<AnsweringEngine> {
  const directory = mkdtempSync(join(tmpdir(), 'engine-'));
  const socket = join(directory, 'docker.sock');
  const server = createServer(({ url = '' }, response) => {
    const path = decodeURIComponent(url);
    const usual: EngineAnswer | undefined = path === '/version' ? { body: { Version: '28.5.1' } } : undefined;
    const { status = 200, body } = answers(path) ?? usual ?? { status: 404, body: { message: `no such: ${path}` } };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  server.listen(socket);
  await once(server, 'listening');
  return {
    address: `unix://${socket}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(directory, { recursive: true });
    },
  };
}
