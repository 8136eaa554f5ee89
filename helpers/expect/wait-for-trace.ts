import type { HttpResult } from '../emit/http.ts';
import type { TraceId } from '../otlp/ids.ts';
import type { Search } from './question.ts';
import { traceql } from './telemetry.ts';
import { waitFor } from './wait.ts';

/** Waits for the trace that a TraceQL query finds, of these services. Throws `CriterionFailed` if there is none. */
export function waitForTrace(query: string, ...services: readonly string[]): Promise<TraceId> {
  return waitForAny(traceql(query, services.length > 0 ? { services } : {}));
}

async function waitForAny(search: Search): Promise<TraceId> {
  const { value } = await waitFor(search, { kind: 'any', of: 'trace' }, async () => {
    const [id] = await search.ask();
    return { holds: id !== undefined, seen: { kind: 'count', of: 'traces', count: 0 }, value: (id ?? '') as TraceId };
  });
  return value;
}

/** Waits for the trace of a request, found by its user agent under the stable or the old attribute name. */
export function waitForRequestTrace(
  { userAgent, request }: HttpResult,
  ...services: readonly string[]
): Promise<TraceId> {
  const query = `{span.user_agent.original="${userAgent}" || span.http.user_agent="${userAgent}"}`;
  return waitForAny(traceql(query, { request, ...(services.length > 0 && { services }) }));
}
