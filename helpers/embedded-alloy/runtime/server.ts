import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { describeError } from '../language/describe-error.ts';
import { formatAddress, listen, parseListenAddress } from '../pipeline/http/listen.ts';
import { findPages } from '../pipeline/in-process-pages.ts';
import type { Setting } from '../schema/settings.ts';
import type { Graph, GraphComponent } from './graph.ts';
import { registerSelfMetrics } from './self-metrics.ts';

/** The graph and metrics to serve, and the address. */
export type ServerOptions = {
  readonly listenAddress: string;
  /** The path prefix of `/api/v0/web`; `/` by default. */
  readonly uiPathPrefix: string;
  readonly graph: Graph;
  readonly registry: Registry;
};

/** A listening server: its actual address, and how to close it. */
export type RunningServer = { readonly address: string; readonly stop: () => Promise<void> };

type Answer = { readonly status: number; readonly contentType: string; readonly body: string | Uint8Array };

const TEXT = 'text/plain; charset=utf-8';
const NOT_FOUND: Answer = { status: 404, contentType: TEXT, body: '404 page not found\n' };

/**
 * Serves the HTTP API (Alloy reference, "HTTP endpoints"): `/-/ready`, `/-/healthy`, `/metrics`, the components below
 * `/api/v0/web/components`, and the pages of components.
 * @throws Error with Go's message when the address can't be bound
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { graph, registry } = options;
  registerSelfMetrics(registry, graph);
  const components = `${options.uiPathPrefix.replace(/\/$/, '')}/api/v0/web/components`;

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    switch (path) {
      case '/-/ready':
        return { status: 200, contentType: TEXT, body: 'Alloy is ready.\n' };
      case '/-/healthy':
        return reportHealth(graph);
      case '/-/reload':
        return {
          status: 501,
          contentType: TEXT,
          body: 'the embedded Alloy, which is not Grafana Alloy, does not reload its configuration: restart it\n',
        };
      case '/metrics':
        return { status: 200, contentType: registry.contentType, body: await registry.metrics() };
      case components:
        return createJsonAnswer(graph.components.map((component) => describe(component)));
      default:
        break;
    }
    if (path.startsWith(`${components}/`)) {
      const id = decodeURIComponent(path.slice(components.length + 1));
      const found = graph.components.find(({ localID }) => localID === id);
      return found === undefined ? NOT_FOUND : createJsonAnswer(describe(found, readDetails(found)));
    }
    return await fetchComponentPage(registry, path);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    request.resume();
    let result: Answer;
    try {
      result = await answer(request);
    } catch (error) {
      const message = describeError(error);
      result = { status: 500, contentType: TEXT, body: `${message}\n` };
    }
    response.writeHead(result.status, {
      'Content-Type': result.contentType,
      ...(result.status >= 400 && { 'X-Content-Type-Options': 'nosniff' }),
      'Content-Length': Buffer.byteLength(result.body),
    });
    response.end(request.method === 'HEAD' ? undefined : result.body);
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.destroy());
  });
  const bound = await listen(server, parseListenAddress(options.listenAddress));
  return {
    address: formatAddress(bound),
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function reportHealth(graph: Graph): Answer {
  const unhealthy = graph.components.filter(({ health }) => health().state === 'unhealthy');
  return unhealthy.length > 0
    ? {
        status: 500,
        contentType: TEXT,
        body: `unhealthy components: ${unhealthy.map(({ name }) => name).join(', ')}\n`,
      }
    : { status: 200, contentType: TEXT, body: 'All Alloy components are healthy.\n' };
}

type Details = Record<'arguments' | 'exports' | 'debugInfo', readonly Setting[]>;

/** As Alloy does, the list of components leaves out their details. */
const NO_DETAILS: Details = { arguments: [], exports: [], debugInfo: [] };

function readDetails({ arguments: args, exports, debugInfo }: GraphComponent): Details {
  return { arguments: args, exports, debugInfo: debugInfo() };
}

function describe(component: GraphComponent, details: Details = NO_DETAILS): Record<string, unknown> {
  const { state, message, updatedTime } = component.health();
  return {
    name: component.name,
    type: 'block',
    localID: component.localID,
    moduleID: '',
    ...(component.label !== '' && { label: component.label }),
    referencesTo: component.referencesTo,
    referencedBy: component.referencedBy,
    dataFlowEdgesTo: component.dataFlowEdgesTo,
    health: { state, message, updatedTime },
    original: '',
    ...details,
    liveDebuggingEnabled: false,
  };
}

function createJsonAnswer(value: unknown): Answer {
  return { status: 200, contentType: 'application/json', body: JSON.stringify(value) };
}

async function fetchComponentPage(registry: Registry, path: string): Promise<Answer> {
  const source = findPages(registry).get(path);
  return source === undefined ? NOT_FOUND : await source(AbortSignal.timeout(10_000));
}
