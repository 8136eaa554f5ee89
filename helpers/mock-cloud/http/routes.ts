import type { Backend } from '../backend.ts';
import { noteArrival } from '../backend.ts';
import { count } from '../counters.ts';
import { storeLokiPush } from '../ingest/loki-push.ts';
import { storePush } from '../ingest/remote-write.ts';
import type { Answer } from './answer.ts';
import { json, text } from './answer.ts';
import { otlpEndpoints } from './otlp-api.ts';
import type { MockRequest, Routes } from './request.ts';

/** What a form of a query may hold. */
const LONGEST_FORM = 64 * 1024;

/** OTLP/HTTP at `/otlp/v1/`. */
export function otlpRoutes(backend: Backend): Routes {
  const endpoints = otlpEndpoints(backend);
  return ({ method, path, headers, body }) => {
    const signal = /^v1\/(traces|metrics|logs)$/.exec(path)?.[1] as keyof typeof endpoints | undefined;
    if (signal === undefined) return undefined;
    const { 'content-type': contentType, 'content-encoding': encoding } = headers;
    return endpoints[signal]({ method, contentType, encoding, body });
  };
}

/** Remote write 1.0 at `/api/prom/push`, the query API below `/api/prom/api/v1/`. */
export function prometheusRoutes(backend: Backend): Routes {
  return (request) => {
    if (request.path === 'push') return push(request, backend);
    if (!request.path.startsWith('api/v1/')) return undefined;
    return query(request, async (path, parameters) => {
      const { answerPrometheus } = await import('./prometheus-api.ts');
      return answerPrometheus(backend.series, path.slice('api/v1/'.length), parameters, Date.now());
    });
  };
}

/** The query API of Tempo below `/tempo/`. */
export function tempoRoutes(backend: Backend): Routes {
  return (request) => {
    if (request.method !== 'GET') return text(405, 'method not allowed\n');
    if (request.path === 'api/echo') return text(200, 'echo');
    if (request.path === 'ready') return text(200, 'ready\n');
    if (!request.path.startsWith('api/')) return undefined;
    return import('./tempo-api.ts').then(({ answerTempo }) =>
      answerTempo(backend.traces, request.path.slice('api/'.length), request.query),
    );
  };
}

/** Loki's JSON push, and its query API, below `/loki/api/v1/`. */
export function logRoutes(backend: Backend): Routes {
  return (request) => {
    if (!request.path.startsWith('api/v1/')) return undefined;
    if (request.path === 'api/v1/push') return lokiPush(request, backend);
    return query(request, async (path, parameters) => {
      const { answerLoki } = await import('./loki-api.ts');
      return answerLoki(backend.logs, path.slice('api/v1/'.length), parameters, Date.now());
    });
  };
}

async function push({ method, headers, body }: MockRequest, backend: Backend): Promise<Answer> {
  if (method !== 'POST') return text(405, 'method not allowed\n');
  const type = headers['content-type'] ?? '';
  if (!/^application\/x-protobuf *(;|$)/i.test(type) || /proto=io\.prometheus\.write\.v2/i.test(type)) {
    return text(415, `unsupported content type "${type}": remote write 1.0 is application/x-protobuf\n`);
  }
  if ((headers['content-encoding'] ?? 'snappy').toLowerCase() !== 'snappy') {
    return text(415, `unsupported content encoding "${headers['content-encoding']}": remote write is snappy\n`);
  }
  const { received, discarded, problem } = storePush(await body(), backend.series);
  noteArrival(backend, 'samples', received, '/api/prom/push');
  for (const [reason, items] of discarded) count(backend.counters.discarded, reason, items);
  return problem === undefined ? { status: 200 } : text(400, `${problem}\n`);
}

async function lokiPush({ method, headers, body }: MockRequest, backend: Backend): Promise<Answer> {
  if (method !== 'POST') return text(405, 'method not allowed\n');
  if (!/^application\/json *(;|$)/i.test(headers['content-type'] ?? '')) {
    return text(415, 'the mock takes JSON here; a real Loki takes snappy-compressed protobuf too\n');
  }
  if (headers['content-encoding'] !== undefined) return text(415, 'the mock takes uncompressed JSON here\n');
  storeLokiPush(await body(), backend);
  return { status: 204 };
}

/** Parameters come in the address, or as a form. */
async function query(
  { method, path, query: parameters, headers, body }: MockRequest,
  answer: (path: string, parameters: URLSearchParams) => Promise<Answer | undefined>,
): Promise<Answer> {
  if (method !== 'GET' && method !== 'POST') return text(405, 'Method Not Allowed\n');
  const all = new URLSearchParams(parameters);
  if (method === 'POST') {
    if (!/^application\/x-www-form-urlencoded/i.test(headers['content-type'] ?? '')) {
      return json(400, { status: 'error', errorType: 'bad_data', error: 'a form was expected' });
    }
    const form = await body();
    if (form.length > LONGEST_FORM) return text(413, `a form of more than ${LONGEST_FORM} bytes\n`);
    for (const [name, value] of new URLSearchParams(form.toString())) all.append(name, value);
  }
  return (await answer(path, all)) ?? text(404, '404 page not found\n');
}
