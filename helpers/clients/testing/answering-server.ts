import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server answers; `never` leaves the request open, `reset` resets its connection. */
export type Reply =
  | {
      readonly status?: number;
      readonly body?: string;
      readonly type?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | 'never'
  | 'reset';

/** A request that the server received. */
export type Received = {
  readonly path: string;
  readonly parameters: URLSearchParams;
  /** `USER:PASSWORD` of a Basic login. */
  readonly login: string;
  readonly headers: IncomingHttpHeaders;
};

/** A real HTTP server on a free port of loopback, and the requests that it received. */
export type AnsweringServer = AsyncDisposable & { readonly url: string; readonly received: readonly Received[] };

/** Starts a server that answers with what `reply` returns, once it is there; 404 if that is undefined. */
export async function startAnsweringServer(
  reply: (request: Received) => Reply | undefined | Promise<Reply | undefined>,
): Promise<AnsweringServer> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    request.resume();
    const asked = readRequest(request);
    received.push(asked);
    const answer = (await reply(asked)) ?? { status: 404, body: 'page not found' };
    if (answer === 'never') return;
    if (answer === 'reset') return void request.socket.resetAndDestroy();
    const { status = 200, body = '', type = 'application/json', headers } = answer;
    response.writeHead(status, { 'content-type': type, ...headers }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The text of a file below fixtures/captures. */
export function readCapture(path: string): string {
  return readFileSync(new URL(`../../../fixtures/captures/${path}`, import.meta.url), 'utf8');
}

function readRequest({ url = '/', headers }: IncomingMessage): Received {
  const { pathname, searchParams } = new URL(url, 'http://server');
  const [, encoded = ''] = /^Basic (.+)/.exec(headers.authorization ?? '') ?? [];
  return { path: pathname, parameters: searchParams, login: Buffer.from(encoded, 'base64').toString(), headers };
}
