import { z } from 'zod';
import type { TraceId } from '../otlp/ids.ts';
import type { ResourceSpans, Span } from '../otlp/schema.ts';
import { TracesData } from '../otlp/schema.ts';
import type { ServiceAccess } from '../run/endpoints.ts';
import { getJson, QueryError } from './http.ts';

/** A span with the resource that it was sent under. */
export type FoundSpan = { readonly resource: NonNullable<ResourceSpans['resource']>; readonly span: Span };

const TraceAnswer = z.object({ trace: z.object({ resourceSpans: z.array(z.unknown()).optional() }).optional() });
const SearchAnswer = z.object({ traces: z.array(z.object({ traceID: z.string() })).optional() });

/** The spans of a trace, by ID; empty while Tempo does not know it (Tempo HTTP API, "Query V2": 200 with an empty trace). */
export async function findTrace(access: ServiceAccess, id: TraceId): Promise<FoundSpan[]> {
  const { trace } = await getJson(access, `/api/v2/traces/${id}`, {}, TraceAnswer).catch((error: unknown) => {
    // Some versions answer 404 while it is not there yet, but not as what has no such path does.
    if (error instanceof QueryError && error.status === 404 && error.stranger === undefined)
      return { trace: undefined };
    throw error;
  });
  const { resourceSpans } = TracesData.fromJson({ resourceSpans: trace?.resourceSpans ?? [] }, 'base64');
  return resourceSpans.flatMap(({ resource = { attributes: [], droppedAttributesCount: 0 }, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ resource, span }))),
  );
}

/** The IDs of the traces of the last `seconds` (default: an hour) that a TraceQL query matches, the newest 50 at most. */
export async function searchTraces(access: ServiceAccess, query: string, seconds = 3600): Promise<string[]> {
  const now = Math.floor(Date.now() / 1000);
  const parameters = { q: query, start: String(now - Math.ceil(seconds)), end: String(now + 60), limit: '50' };
  const { traces = [] } = await getJson(access, '/api/search', parameters, SearchAnswer);
  // A search answers with IDs without their leading zeros.
  return traces.map(({ traceID }) => traceID.padStart(32, '0'));
}
