import type { IncomingHttpHeaders } from 'node:http';
import type { Service } from '../auth/credentials.ts';
import { storeLokiPush } from '../ingest/loki-push.ts';
import { storeRemoteWrite } from '../ingest/remote-write.ts';
import { type Backend, count, countReceived } from '../store/backend.ts';
import { type Answer, answerJson, answerNotFound, answerText } from './answer.ts';
import { createOtlpEndpoints } from './otlp-api.ts';

/** A request that has logged in, as the routes see it. */
export type MockRequest = {
  readonly method: string;
  /** Below the service's prefix, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Reads the body; rejects with a BodyError. */
  readonly body: () => Promise<Buffer>;
};

/** Answers the paths of a service; undefined for a path that it does not serve. */
export type Routes = (request: MockRequest) => Promise<Answer | undefined> | Answer | undefined;

/** The maximum size of a query that is sent as a form. */
const MAX_FORM_BYTES = 64 * 1024;

/** The paths of the query APIs, as far as the mock serves them: any other is a 404, whatever is sent there. */
const PROMETHEUS_QUERIES =
  /^api\/v1\/(query|query_range|query_exemplars|series|labels|label\/[^/]+\/values|metadata|rules|alerts|status\/buildinfo)$/;
const LOKI_QUERIES =
  /^api\/v1\/(query|query_range|series|labels?|label\/[^/]+\/values|index\/(stats|volume)|status\/buildinfo)$/;
const TEMPO_QUERIES =
  /^(ready|api\/(echo|status\/buildinfo|search|(v2\/)?search\/(tags|tag\/[^/]+\/values)|(v2\/)?traces\/[^/]+))$/;

/** The routes of every service. The query languages are loaded with the first query, so that writing needs none of their memory. */
export function createRoutes(backend: Backend): Readonly<Record<Service, Routes>> {
  return {
    otlp: createOtlpRoutes(backend),
    prometheus: createPrometheusRoutes(backend),
    loki: createLokiRoutes(backend),
    tempo: createTempoRoutes(backend),
  };
}

/** OTLP/HTTP at `/otlp/v1/`. */
function createOtlpRoutes(backend: Backend): Routes {
  const endpoints = createOtlpEndpoints(backend);
  return ({ method, path, headers, body }) => {
    const signal = /^v1\/(traces|metrics|logs)$/.exec(path)?.[1] as keyof typeof endpoints | undefined;
    if (signal === undefined) return undefined;
    const { 'content-type': contentType, 'content-encoding': encoding } = headers;
    return endpoints[signal]({ method, contentType, encoding, body });
  };
}

/** Remote write 1.0 at `/api/prom/push`, the query API below `/api/prom/api/v1/`. */
function createPrometheusRoutes(backend: Backend): Routes {
  return (request) => {
    if (request.path === 'push') return receiveRemoteWrite(request, backend);
    if (!PROMETHEUS_QUERIES.test(request.path)) return undefined;
    return answerQuery(request, async (path, parameters) => {
      const { answerPrometheus } = await import('./prometheus-api.ts');
      return answerPrometheus(backend.series, path.slice('api/v1/'.length), parameters, backend.now());
    });
  };
}

/** The query API of Tempo below `/tempo/`. */
function createTempoRoutes(backend: Backend): Routes {
  return async ({ method, path, query }) => {
    if (!TEMPO_QUERIES.test(path)) return undefined;
    if (method !== 'GET') return answerText(405, 'method not allowed\n');
    if (path === 'api/echo') return answerText(200, 'echo');
    if (path === 'ready') return answerText(200, 'ready\n');
    const { answerTempo } = await import('./tempo-api.ts');
    return answerTempo(backend.traces, path.slice('api/'.length), query);
  };
}

/** Loki's push as JSON, and its query API, below `/loki/api/v1/`. */
function createLokiRoutes(backend: Backend): Routes {
  return (request) => {
    if (request.path === 'api/v1/push') return receiveLokiPush(request, backend);
    if (!LOKI_QUERIES.test(request.path)) return undefined;
    return answerQuery(request, async (path, parameters) => {
      const { answerLoki } = await import('./loki-api.ts');
      return answerLoki(backend.logs, path.slice('api/v1/'.length), parameters, backend.now());
    });
  };
}

async function receiveRemoteWrite({ method, headers, body }: MockRequest, backend: Backend): Promise<Answer> {
  if (method !== 'POST') return answerText(405, 'method not allowed\n');
  const type = headers['content-type'] ?? '';
  if (!/^application\/x-protobuf *(;|$)/i.test(type) || /proto=io\.prometheus\.write\.v2/i.test(type)) {
    return answerText(415, `unsupported content type "${type}": remote write 1.0 is application/x-protobuf\n`);
  }
  if ((headers['content-encoding'] ?? 'snappy').toLowerCase() !== 'snappy') {
    return answerText(415, `unsupported content encoding "${headers['content-encoding']}": remote write is snappy\n`);
  }
  const { received, discarded, problem } = storeRemoteWrite(await body(), backend.series, backend.now());
  countReceived(backend, 'samples', received, '/api/prom/push');
  for (const [reason, items] of discarded) count(backend.counters.discarded, reason, items);
  return problem === undefined ? { status: 200 } : answerText(400, `${problem}\n`);
}

async function receiveLokiPush({ method, headers, body }: MockRequest, backend: Backend): Promise<Answer> {
  if (method !== 'POST') return answerText(405, 'method not allowed\n');
  if (!/^application\/json *(;|$)/i.test(headers['content-type'] ?? '')) {
    return answerText(415, 'the mock Grafana Cloud accepts JSON only; a real Loki also accepts snappy protobuf\n');
  }
  if (headers['content-encoding'] !== undefined) {
    return answerText(415, 'the mock Grafana Cloud accepts uncompressed JSON only; a real Loki also accepts gzip\n');
  }
  storeLokiPush(await body(), backend);
  return { status: 204 };
}

/** Answers a query whose parameters are in the address or in a form. */
async function answerQuery(
  { method, path, query, headers, body }: MockRequest,
  answer: (path: string, parameters: URLSearchParams) => Promise<Answer | undefined>,
): Promise<Answer> {
  if (method !== 'GET' && method !== 'POST') return answerText(405, 'Method Not Allowed\n');
  const parameters = new URLSearchParams(query);
  if (method === 'POST') {
    if (!/^application\/x-www-form-urlencoded/i.test(headers['content-type'] ?? '')) {
      return answerJson(400, { status: 'error', errorType: 'bad_data', error: 'expected a form' });
    }
    const form = await body();
    if (form.length > MAX_FORM_BYTES) return answerText(413, `a form of more than ${MAX_FORM_BYTES} bytes\n`);
    for (const [name, value] of new URLSearchParams(form.toString())) parameters.append(name, value);
  }
  return (await answer(path, parameters)) ?? answerNotFound();
}
