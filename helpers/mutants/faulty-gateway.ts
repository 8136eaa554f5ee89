import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { type Alteration, alterExport, type Signal } from './alter-export.ts';

/** What happens to an export. */
type Effect =
  /** It is answered with this status, and goes no further. */
  | { readonly answer: number; readonly message?: string; readonly headers?: Readonly<Record<string, string>> }
  /** It is answered with 200, and goes no further. */
  | { readonly does: 'discard' }
  /** It is passed on twice. */
  | { readonly does: 'duplicate' }
  /** It is passed on without its login. */
  | { readonly does: 'strip login' }
  /** Its connection is closed without an answer. */
  | { readonly does: 'cut' }
  /** It is answered with 200 and a partial success that rejects this many items, and goes no further. */
  | { readonly rejects: number }
  /** It is passed on otherwise. */
  | Alteration
  /** It is passed on after this many milliseconds. */
  | { readonly delayMs: number };

/** A fault of the way to the backend, or of the backend. */
export type Fault = Effect & {
  /** The signals that it concerns; all by default. */
  readonly signals?: readonly Signal[];
  /** Only every so many-th export of those; each by default. */
  readonly every?: number;
};

/** A gateway that has started; `url` is its origin. */
export type FaultyGateway = { readonly url: string; readonly close: () => Promise<void> };

const PATHS: Readonly<Record<string, Signal>> = {
  '/otlp/v1/traces': 'traces',
  '/otlp/v1/metrics': 'metrics',
  '/otlp/v1/logs': 'logs',
  '/api/prom/push': 'samples',
};
/** Headers that are between two neighbours (RFC 9110, section 7.6.1). */
const NOT_PASSED_ON = ['connection', 'host', 'keep-alive', 'transfer-encoding', 'upgrade', 'expect', 'content-length'];
/** `partial_success { rejected_…: N error_message: "…" }`: field 1 of every export response of OTLP. */
const PARTIAL_SUCCESS_TAG = 0x0a;

/** Starts a server on loopback that passes everything on to the backend at the origin `target`, save for its fault. */
export async function startFaultyGateway(target: string, fault: Fault): Promise<FaultyGateway> {
  const agent = new Agent({ connections: 32 });
  let exports = 0;
  const server = createServer((asked, answer) => {
    const signal = asked.method === 'POST' ? PATHS[(asked.url ?? '').split('?', 1)[0] ?? ''] : undefined;
    const isConcerned = signal !== undefined && (fault.signals?.includes(signal) ?? true);
    const isHit = isConcerned && ++exports % (fault.every ?? 1) === 0;
    void handle(asked, answer, isHit ? { fault, signal } : undefined).catch((error: unknown) => {
      if (answer.headersSent) return void answer.destroy();
      answer.writeHead(502).end(`the gateway gets no answer: ${error instanceof Error ? error.message : error}`);
    });
  });

  async function handle(
    asked: IncomingMessage,
    answer: ServerResponse,
    hit: { readonly fault: Effect; readonly signal: Signal } | undefined,
  ): Promise<void> {
    const body = await readBody(asked);
    if (hit === undefined) return await passOn(asked, body, answer);
    const { fault: effect, signal } = hit;
    if ('answer' in effect) {
      const { answer: status, message = '', headers = {} } = effect;
      return void answer.writeHead(status, { 'content-type': 'text/plain', ...headers }).end(message);
    }
    if ('rejects' in effect) {
      const message = Buffer.from('some of it can not be stored');
      const partial = Buffer.concat([Buffer.from([0x08, effect.rejects, 0x12, message.length]), message]);
      const response = Buffer.concat([Buffer.from([PARTIAL_SUCCESS_TAG, partial.length]), partial]);
      return void answer.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(response);
    }
    if ('delayMs' in effect) {
      await delay(effect.delayMs, undefined, { ref: false });
      return await passOn(asked, body, answer);
    }
    if (!('does' in effect)) return await passOn(asked, await alterExport(signal, body, effect), answer);
    if (effect.does === 'discard') return void answer.writeHead(200).end();
    if (effect.does === 'strip login') {
      delete asked.headers.authorization;
      return await passOn(asked, body, answer);
    }
    if (effect.does === 'cut') return void asked.socket.destroy();
    await ask(asked, body).then((first) => first.body.dump());
    await passOn(asked, body, answer);
  }

  async function ask({ method = 'GET', url = '/', headers }: IncomingMessage, body: Buffer) {
    return await request(target + url, {
      dispatcher: agent,
      method: method as 'GET',
      headers: pickHeaders(headers),
      ...(body.length > 0 && { body }),
    });
  }

  async function passOn(asked: IncomingMessage, body: Buffer, answer: ServerResponse): Promise<void> {
    const { statusCode, headers, body: given } = await ask(asked, body);
    answer.writeHead(statusCode, pickHeaders(headers)).end(Buffer.from(await given.arrayBuffer()));
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, agent.destroy()]);
    },
  };
}

function pickHeaders(headers: IncomingMessage['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || NOT_PASSED_ON.includes(name) ? [] : [[name, value]],
    ),
  );
}

async function readBody(asked: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of asked) chunks.push(chunk);
  return Buffer.concat(chunks);
}
