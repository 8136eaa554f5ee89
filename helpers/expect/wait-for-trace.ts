import type { HttpResult } from '../emit/http.ts';
import type { TraceId } from '../otlp/ids.ts';
import { traceql } from './telemetry.ts';
import { waitFor } from './wait.ts';

/** The trace that a TraceQL query finds, waited for; throws `CriterionFailed` where none comes. */
export async function waitForTrace(query: string): Promise<TraceId> {
  const search = traceql(query);
  const { value } = await waitFor(search, { kind: 'any', of: 'trace' }, async () => {
    const [id] = await search.ask();
    return { holds: id !== undefined, seen: { kind: 'count', of: 'traces', count: 0 }, value: (id ?? '') as TraceId };
  });
  return value;
}

/** The trace of a request that was made with `call`, by its user agent under the stable or the old name. */
export function waitForRequestTrace({ userAgent }: HttpResult): Promise<TraceId> {
  return waitForTrace(`{span.user_agent.original="${userAgent}" || span.http.user_agent="${userAgent}"}`);
}
