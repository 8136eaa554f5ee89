import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { request } from 'undici';
import type { Reply } from './answering-server.ts';

/** A request on its way to the server behind. */
export type Passing = {
  readonly path: string;
  readonly method: string;
  /** `USER:PASSWORD` of a Basic login. */
  readonly login: string;
  readonly headers: IncomingHttpHeaders;
  readonly bodyLength: number;
};

type Answer = Omit<Exclude<Reply, string>, 'body'> & { readonly body?: string | Buffer };

/**
 * Starts a real HTTP server on loopback that passes requests on to the one at `origin`; one for which `intercept` returns a
 * reply gets that instead. Its address is that of another host than the one behind, whose `/metrics` it doesn't have.
 */
export async function startPassingServer(
  origin: string,
  intercept: (passing: Passing) => Reply | undefined,
): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(async (incoming, response) => {
    const body = await buffer(incoming);
    const reply = intercept(readPassing(incoming, body.length));
    if (reply === 'never') return;
    if (reply === 'reset') return void incoming.socket.resetAndDestroy();
    const answer: Answer = reply ?? (await pass(incoming, body));
    const { status = 200, type = 'application/json', headers = {}, body: text = '' } = answer;
    response.writeHead(status, { 'content-type': type, ...headers }).end(text);
  });
  const pass = async ({ method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> => {
    if (url === '/metrics') return { status: 404, body: 'page not found' };
    const { connection: _, 'transfer-encoding': __, 'content-length': ___, ...kept } = headers;
    const answer = await request(`${origin}${url}`, {
      method: method === 'POST' ? 'POST' : 'GET',
      headers: kept,
      ...(body.length > 0 && { body }),
    });
    const type = String(answer.headers['content-type'] ?? '');
    return { status: answer.statusCode, type, body: Buffer.from(await answer.body.arrayBuffer()) };
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function readPassing({ url = '/', method = 'GET', headers }: IncomingMessage, bodyLength: number): Passing {
  const [, encoded = ''] = /^Basic (.+)/.exec(headers.authorization ?? '') ?? [];
  const { pathname } = new URL(url, 'http://server');
  return { path: pathname, method, login: Buffer.from(encoded, 'base64').toString(), headers, bodyLength };
}
