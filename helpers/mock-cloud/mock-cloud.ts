import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Credentials, Service } from './auth/credentials.ts';
import type { Refusal } from './auth/login.ts';
import { refusalOf } from './auth/login.ts';
import { refusalLine } from './auth/refusal-line.ts';
import { refusalBook } from './auth/refused-logins.ts';
import type { Backend } from './backend.ts';
import { count, newCounters } from './counters.ts';
import type { GrpcOptions, GrpcPort } from './grpc/server.ts';
import type { Answer } from './http/answer.ts';
import { json, notFound, text } from './http/answer.ts';
import type { Body } from './http/body.ts';
import { bodyReader, discardRest } from './http/body.ts';
import { errorAnswer } from './http/error-answer.ts';
import { metricsPage } from './http/metrics-page.ts';
import { otlpError } from './http/otlp-api.ts';
import type { Routes } from './http/request.ts';
import { logRoutes, otlpRoutes, prometheusRoutes, tempoRoutes } from './http/routes.ts';
import { hostAndPort, listen } from './listen.ts';
import { announceDrops } from './store/announce-drops.ts';
import { logStore } from './store/logs.ts';
import { boundedMemory } from './store/memory.ts';
import { seriesStore } from './store/series.ts';
import { traceStore } from './store/traces.ts';

export type MockOptions = {
  readonly credentials: Credentials;
  /** Where to listen; loopback where nothing else is said. */
  readonly host?: string;
  /** A free port where it is 0 or absent. */
  readonly port?: number;
  /** Takes OTLP over gRPC as well, on this port, a free one where it is 0; over TLS where there is an identity. */
  readonly grpc?: Pick<GrpcOptions, 'port' | 'identity'>;
  /** What the stores may hold together. */
  readonly memoryBytes?: number;
  /** Hears of refused logins, first arrivals and dropped data, one line each, without secrets. */
  readonly say?: (line: string) => void;
};

/** A running mock; disposing of it closes its connections at once. */
export type MockCloud = AsyncDisposable & {
  readonly url: string;
  readonly port: number;
  /** Where it takes OTLP over gRPC (`HOST:PORT`), where it does. */
  readonly grpcAddress?: string;
  readonly backend: Backend;
};

export const DEFAULT_MEMORY_BYTES = 512 * 1024 * 1024;
const MOST_CONNECTIONS = 1024;

/** The prefixes of a hosted stack's services, joined on one port. */
const PREFIXES: readonly (readonly [prefix: string, service: Service])[] = [
  ['/otlp/', 'otlp'],
  ['/api/prom/', 'prometheus'],
  ['/loki/', 'loki'],
  ['/tempo/', 'tempo'],
];

/**
 * Starts a Grafana Cloud in memory: OTLP, remote write and Loki push in, the Tempo, Prometheus and Loki query APIs out,
 * each behind its own instance ID. Rejects with the system's error where it can't listen.
 */
export async function startMockCloud(options: MockOptions): Promise<MockCloud> {
  const { credentials, host = '127.0.0.1', port = 0, memoryBytes = DEFAULT_MEMORY_BYTES, say = () => {} } = options;
  const counters = newCounters();
  const announce = announceDrops(say);
  const memory = boundedMemory(memoryBytes, (dropped) => {
    counters.droppedBytes += dropped.bytes;
    for (const signal of ['spans', 'samples', 'log records'] as const) {
      counters.dropped[signal] += dropped.items[signal];
    }
    announce(dropped, Date.now());
  });
  const backend: Backend = {
    memory,
    series: seriesStore(memory),
    traces: traceStore(memory),
    logs: logStore(memory),
    counters,
    say,
  };
  const refusals = refusalBook();
  const routes: Readonly<Record<Service, Routes>> = {
    otlp: otlpRoutes(backend),
    prometheus: prometheusRoutes(backend),
    loki: logRoutes(backend),
    tempo: tempoRoutes(backend),
  };
  const readBody = bodyReader();
  const refuse = (service: Service, refusal: Refusal): void => {
    if (refusals.add(service, refusal, Date.now())) say(refusalLine(service, refusal));
  };

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = request.url ?? '/';
    const [path = '/', search = ''] = target.split(/\?(.*)/s, 2);
    const [prefix, service] = PREFIXES.find(([start]) => path.startsWith(start)) ?? ['/', undefined];
    const held: { body?: Body } = {};
    let answer: Answer;
    try {
      answer =
        service === undefined
          ? await own(path, isLoopback(request.socket.remoteAddress))
          : await served(request, path.slice(prefix.length), new URLSearchParams(search), service, held);
    } catch (error) {
      answer = errorAnswer(error, service, request.headers['content-type'], say);
    } finally {
      held.body?.[Symbol.dispose]();
    }
    if (!request.readableEnded) discardRest(request);
    count(counters.requests, `${service ?? 'none'} ${answer.status}`);
    send(response, answer);
  };

  const own = async (path: string, local: boolean): Promise<Answer> => {
    if (path === '/-/ready') return text(200, 'ready\n');
    if (path === '/-/refusals' && local) return json(200, { refusals: refusals.list() });
    if (path !== '/metrics') return notFound();
    const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
    return { status: 200, headers, body: await metricsPage(backend, refusals) };
  };

  const served = async (
    request: IncomingMessage,
    path: string,
    query: URLSearchParams,
    service: Service,
    held: { body?: Body },
  ): Promise<Answer> => {
    const refusal = refusalOf(request.headers.authorization, service, credentials);
    if (refusal !== undefined) {
      refuse(service, refusal);
      return service === 'otlp'
        ? otlpError(401, refusal.message, request.headers['content-type'])
        : json(401, { status: 'error', error: refusal.message });
    }
    const answer = routes[service]({
      method: request.method ?? 'GET',
      path,
      query,
      headers: request.headers,
      body: async () => {
        held.body = await readBody(request);
        return held.body.bytes;
      },
    });
    return (await answer) ?? notFound();
  };

  const server = createServer({ requestTimeout: 60_000, headersTimeout: 20_000, keepAliveTimeout: 75_000 });
  server.maxConnections = MOST_CONNECTIONS;
  server.on('request', (request, response) => void respond(request, response));
  // The gRPC port first: once the mock says that it is ready, all of it is.
  const grpcPort = await openGrpcPort(options.grpc, { backend, credentials, host, onRefusal: refuse });
  let bound: AddressInfo;
  try {
    bound = await listen(server, port, host);
  } catch (error) {
    await grpcPort?.[Symbol.asyncDispose]();
    throw error;
  }
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    url: `http://${hostAndPort(bound)}`,
    port: bound.port,
    ...(grpcPort !== undefined && { grpcAddress: grpcPort.address }),
    backend,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([close(), grpcPort?.[Symbol.asyncDispose]()]);
    },
  };
}

/** gRPC is loaded where it is asked for: it would take more memory and time to start than all the rest. */
async function openGrpcPort(
  wanted: MockOptions['grpc'],
  parts: Omit<GrpcOptions, 'port' | 'identity'>,
): Promise<GrpcPort | undefined> {
  if (wanted === undefined) return undefined;
  const { startGrpcPort } = await import('./grpc/server.ts');
  return startGrpcPort({ ...parts, ...wanted });
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(127\.|::1$|::ffff:127\.)/.test(address);
}

function send(response: ServerResponse, { status, headers = {}, body = '' }: Answer): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, { ...headers, 'content-length': String(bytes.length) });
  response.end(bytes);
}
