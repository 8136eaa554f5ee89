import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { DecodeError } from '../../otlp/message.ts';
import type { Credentials, Service } from '../auth/credentials.ts';
import { checkLogin } from '../auth/login.ts';
import type { RefusedLogins } from '../auth/refused-logins.ts';
import type { RefusalReporter } from '../ingest/refusal-reporter.ts';
import { RefusedExport } from '../ingest/refused-export.ts';
import { type Backend, count } from '../store/backend.ts';
import { listRepeats } from '../store/repeats.ts';
import { type Answer, answerJson, answerNotFound, answerText } from './answer.ts';
import { BodyError, createBodyReader, discardRest } from './body.ts';
import { renderMetricsPage } from './metrics-page.ts';
import { findNearestPath } from './nearest-path.ts';
import { answerOtlpError } from './otlp-api.ts';
import { createRoutes, type MockRequest } from './routes.ts';

/** What the HTTP server needs of the mock. */
export type HttpOptions = {
  readonly backend: Backend;
  readonly credentials: Credentials;
  readonly refusedLogins: RefusedLogins;
  readonly report: RefusalReporter;
};

/** A server that doesn't listen yet; disposing of it closes its connections at once. */
export type HttpServer = AsyncDisposable & { readonly server: Server };

const MAX_CONNECTIONS = 1024;
/** As much of a message is read for the line about it; it may quote all that was sent. */
const MAX_PROBLEM_LENGTH = 2000;

/** The path prefixes of a hosted stack's services, joined on one port. */
const PREFIXES: readonly (readonly [prefix: string, service: Service])[] = [
  ['/otlp/', 'otlp'],
  ['/api/prom/', 'prometheus'],
  ['/loki/', 'loki'],
  ['/tempo/', 'tempo'],
];

/** Creates the server of the four services, each behind its own login, and of the mock's own pages. */
export function createHttpServer({ backend, credentials, refusedLogins, report }: HttpOptions): HttpServer {
  const routes = createRoutes(backend);
  const readBody = createBodyReader();
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 20_000, keepAliveTimeout: 75_000 });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('request', (request, response) => void respond(request, response));
  server.on('clientError', (error: ClientError, socket) => refuseConnection(error, socket, report));
  return {
    server,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '/', search = ''] = (request.url ?? '/').split(/\?(.*)/s, 2);
    const [prefix, service] = PREFIXES.find(([start]) => path.startsWith(start)) ?? ['/', undefined];
    let answer: Answer;
    try {
      answer =
        service === undefined
          ? await answerOwnPage(path, new URLSearchParams(search), isLoopback(request.socket.remoteAddress))
          : await answerService(service, request, path.slice(prefix.length), new URLSearchParams(search));
    } catch (error) {
      answer = answerError(error, service, request.headers['content-type'], backend.say);
    }
    if (!request.readableEnded) discardRest(request);
    count(backend.counters.requests, `${service ?? 'none'} ${answer.status}`);
    reportRefusal(request.method ?? 'GET', path, answer, report);
    sendAnswer(response, answer);
  }

  async function answerOwnPage(path: string, query: URLSearchParams, isLocal: boolean): Promise<Answer> {
    if (path === '/-/ready') return answerText(200, 'ready\n');
    if (path === '/-/refusals' && isLocal) return answerJson(200, { refusals: refusedLogins.list() });
    if (path === '/-/repeats' && isLocal) return answerJson(200, { repeats: listRepeats(backend, query) });
    if (path !== '/metrics') return answerNotFound();
    const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
    return { status: 200, headers, body: await renderMetricsPage(backend, refusedLogins) };
  }

  async function answerService(
    service: Service,
    request: IncomingMessage,
    path: string,
    query: URLSearchParams,
  ): Promise<Answer> {
    const { method = 'GET', headers } = request;
    const refusal = checkLogin(headers.authorization, service, credentials);
    if (refusal !== undefined) {
      refusedLogins.add(service, refusal, backend.now());
      return service === 'otlp'
        ? answerOtlpError(401, refusal.message, headers['content-type'])
        : answerJson(401, { status: 'error', error: refusal.message });
    }
    // A body counts as in flight until its request is answered.
    using bodies = new DisposableStack();
    const body: MockRequest['body'] = async () => bodies.use(await readBody(request)).bytes;
    return (await routes[service]({ method, path, query, headers, body })) ?? answerNotFound();
  }
}

/** A 401 was reported with its login, and a trace that was not found is no refusal. */
function reportRefusal(method: string, path: string, answer: Answer, report: RefusalReporter): void {
  const { status, body, isUnknownPath } = answer;
  const problem = (answer.problem ?? (typeof body === 'string' ? body : '')).slice(0, MAX_PROBLEM_LENGTH);
  // What is quoted or counted in a message differs from one refusal of a kind to the next.
  const kind = `${status} ${method} ${path} ${problem.replace(/'[^']*'|"[^"]*"|\d+/g, '').slice(0, 200)}`;
  if (isUnknownPath) {
    report(kind, `no such path: ${method} ${path} (the nearest is ${findNearestPath(method, path)})`);
  } else if (status === 200 && answer.problem !== undefined) {
    report(kind, `refused a part of ${method} ${path}: ${problem}`);
  } else if (status >= 400 && status !== 401 && status !== 404) {
    report(kind, `refused ${method} ${path} with ${status}: ${problem}`);
  }
}

type ClientError = Error & { readonly code?: string; readonly rawPacket?: Buffer };

/** Answers what is no HTTP/1.1, as Node does by itself, and says what it was if it is another protocol. */
function refuseConnection({ code, rawPacket }: ClientError, socket: Duplex, report: RefusalReporter): void {
  if (rawPacket?.toString('latin1').startsWith('PRI * HTTP/2')) {
    report('HTTP/2', 'refused gRPC (HTTP/2) at the port for HTTP: the OTLP gateway receives OTLP over HTTP only');
  } else if (rawPacket?.[0] === TLS_HANDSHAKE) {
    report('TLS', 'refused TLS at the port for HTTP: the address of the mock begins with http://');
  }
  if (!socket.writable) return void socket.destroy();
  const status = CLIENT_ERRORS[code ?? ''] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
}

const TLS_HANDSHAKE = 0x16;
const CLIENT_ERRORS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** The answer to a request whose route threw; a fault of the mock itself is reported with its stack. */
function answerError(
  error: unknown,
  service: Service | undefined,
  contentType: string | undefined,
  say: (line: string) => void,
): Answer {
  const status = chooseStatus(error);
  const problem = error instanceof Error ? error.message : String(error);
  if (status === 500) say(`internal error of the mock: ${error instanceof Error ? error.stack : problem}`);
  return service === 'otlp' ? answerOtlpError(status, problem, contentType) : answerText(status, `${problem}\n`);
}

/** 400 for what the client got wrong: a broken escape in the address and a query nested beyond the stack are too. */
function chooseStatus(error: unknown): number {
  if (error instanceof BodyError || error instanceof RefusedExport) return error.status;
  return error instanceof DecodeError || error instanceof URIError || error instanceof RangeError ? 400 : 500;
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(127\.|::1$|::ffff:127\.)/.test(address);
}

function sendAnswer(response: ServerResponse, { status, headers = {}, body = '' }: Answer): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, { ...headers, 'content-length': String(bytes.length) });
  response.end(bytes);
}
