import type { Called } from '../emit/http.ts';
import type { TraceId } from '../otlp/ids.ts';
import { traceql } from './telemetry.ts';
import { waitOrThrow } from './wait.ts';

/** The trace that a TraceQL query finds, waited for; throws `TelemetryMissing` where none comes. */
export async function foundTrace(query: string): Promise<TraceId> {
  const search = traceql(query);
  return await waitOrThrow(search, 'finds a trace', async () => {
    const [id] = await search.ask();
    return { holds: id !== undefined, seen: 'no trace', value: (id ?? '') as TraceId };
  });
}

/** The trace of a request that was made with `call`, by its user agent under the stable or the old name. */
export function traceOf({ userAgent }: Called): Promise<TraceId> {
  return foundTrace(`{span.user_agent.original="${userAgent}" || span.http.user_agent="${userAgent}"}`);
}
