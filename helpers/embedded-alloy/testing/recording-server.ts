import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

/** A request that a {@link RecordingServer} has received. */
export type RecordedRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

/** The answer; `hang` leaves the request open until the server closes. */
export type Reply =
  | 'hang'
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    };

/** An HTTP server on loopback that records its requests. */
export type RecordingServer = {
  /** `http://127.0.0.1:43210` */
  readonly url: string;
  readonly port: number;
  readonly requests: readonly RecordedRequest[];
  /** Resolves once at least `count` requests have arrived. */
  readonly received: (count: number) => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/** Starts a server that answers each request with the result of `reply`. */
export async function startRecordingServer(
  reply: (request: RecordedRequest, number: number) => Reply | Promise<Reply>,
  port = 0,
): Promise<RecordingServer> {
  const requests: RecordedRequest[] = [];
  let waiting: (() => void)[] = [];
  const server = createServer(async (message, response) => {
    const request = await record(message);
    requests.push(request);
    const woken = waiting;
    waiting = [];
    for (const look of woken) {
      look();
    }
    const answer = await reply(request, requests.length);
    if (answer !== 'hang') {
      response.writeHead(answer.status ?? 200, answer.headers ?? {});
      response.end(answer.body ?? '');
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    requests,
    received: async (count) => {
      while (requests.length < count) {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function record(message: IncomingMessage): Promise<RecordedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) {
    chunks.push(chunk);
  }
  const { method = '', url = '', headers } = message;
  return { method, url, headers, body: Buffer.concat(chunks) };
}
