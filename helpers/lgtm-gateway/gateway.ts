import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Agent, request } from 'undici';

/** Where one kind of data goes: a URL, and the login and tenant that its service wants, empty for none. */
export type Target = {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly tenant?: string | undefined;
};

/** Where all of it goes: the base URLs of Prometheus and Loki, and of Tempo's OTLP receiver over HTTP; no final slash. */
export type Targets = { readonly traces: Target; readonly prometheus: Target; readonly loki: Target };

/** The paths of Grafana Cloud that data is written to, and those of Prometheus 3, Loki 3 and Tempo 2 and 3. */
const ROUTES: Readonly<Record<string, readonly [keyof Targets, string]>> = {
  '/otlp/v1/traces': ['traces', '/v1/traces'],
  '/otlp/v1/metrics': ['prometheus', '/api/v1/otlp/v1/metrics'],
  '/otlp/v1/logs': ['loki', '/otlp/v1/logs'],
  '/api/prom/push': ['prometheus', '/api/v1/write'],
  '/loki/api/v1/push': ['loki', '/loki/api/v1/push'],
};

/** The paths below a target's URL that data is posted to. */
export function listWritePaths(target: keyof Targets): string[] {
  return Object.values(ROUTES).flatMap(([name, path]) => (name === target ? [path] : []));
}

/** Headers that are between two neighbours (RFC 9110, section 7.6.1), and what belongs to the login of Grafana Cloud. */
const NOT_PASSED_ON = ['connection', 'host', 'keep-alive', 'transfer-encoding', 'upgrade', 'expect', 'authorization'];
const TIMEOUT_MS = 30_000;

/**
 * A server with the write paths of Grafana Cloud in front of a Tempo, a Prometheus and a Loki: what one `config.alloy` sends
 * there arrives. It takes any login, answers what the service answers, 404 for other paths and 502 where there is no answer.
 */
export function createGateway(targets: Targets): Server {
  const agent = new Agent({ connections: 16, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  return createServer((asked, answer) => {
    void forward(asked, answer, targets, agent).catch((error: unknown) => {
      if (answer.headersSent) return void answer.destroy();
      answer.writeHead(502, { 'content-type': 'text/plain' });
      answer.end(`the gateway gets no answer: ${error instanceof Error ? error.message : error}`);
    });
  });
}

async function forward(asked: IncomingMessage, answer: ServerResponse, targets: Targets, agent: Agent): Promise<void> {
  const path = (asked.url ?? '').split('?', 1)[0] ?? '';
  if (path === '/-/ready') return void answer.end('ready');
  const route = asked.method === 'POST' ? ROUTES[path] : undefined;
  if (route === undefined) return void answer.writeHead(404).end('404 page not found');
  const [service, targetPath] = route;
  const target = targets[service];
  const { statusCode, headers, body } = await request(target.url + targetPath, {
    dispatcher: agent,
    method: 'POST',
    headers: { ...pickHeaders(asked.headers), ...listOwnHeaders(target) },
    body: asked,
  });
  answer.writeHead(statusCode, pickHeaders(headers));
  await pipeline(body, answer);
}

function pickHeaders(headers: IncomingMessage['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      (entry): entry is [string, string | string[]] => entry[1] !== undefined && !NOT_PASSED_ON.includes(entry[0]),
    ),
  );
}

function listOwnHeaders({ user, password, tenant }: Target): Record<string, string> {
  const login = Buffer.from(`${user}:${password}`).toString('base64');
  return {
    ...(user + password !== '' && { authorization: `Basic ${login}` }),
    ...(tenant !== undefined && { 'x-scope-orgid': tenant }),
  };
}
