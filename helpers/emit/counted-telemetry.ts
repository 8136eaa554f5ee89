import { setTimeout as sleep } from 'node:timers/promises';
import type { Milliseconds, SpanId, TraceId } from '../otlp/ids.ts';
import type { Resource } from '../otlp/schema.ts';
import { type Export, sendHttp } from './otlp-http.ts';
import { gauges, logs, newSpan, traces } from './telemetry.ts';

/** A trace with the spans that were sent of it. */
export type EmittedTrace = { readonly traceId: TraceId; readonly spans: readonly SpanId[] };

/** What was sent to be counted where it arrives. */
export type CountedTelemetry = {
  readonly traces: readonly EmittedTrace[];
  /** The data points of the gauge {@link COUNTED_GAUGE}, by their attribute `point`: each is a series of its own. */
  readonly points: readonly string[];
  readonly lines: readonly string[];
};

/** The gauge of the data points, as OTLP names it. */
export const COUNTED_GAUGE = 'alloy.verify.delivered';

/**
 * Sends this many exports of each signal, with two spans, one data point and two log records each, one export after the other with
 * `pause` in between: what arrives within one batch timeout leaves in one push, and a loss of every second push would not show.
 * Throws where one of them is refused.
 */
export async function sendCounted(
  otlpHttp: string,
  from: Resource,
  { mark, exports, pause }: { readonly mark: string; readonly exports: number; readonly pause: Milliseconds },
): Promise<CountedTelemetry> {
  const sent = { traces: [] as EmittedTrace[], points: [] as string[], lines: [] as string[] };
  for (let n = 0; n < exports; n++) {
    if (n > 0) await sleep(pause);
    const parent = newSpan({ name: `counted ${n}` });
    const spans = [parent, newSpan({ name: `counted ${n}, child`, parent })];
    const lines = [0, 1].map((line) => `counted ${n}.${line} of ${mark}`);
    await send(otlpHttp, { traces: traces(from, spans) });
    await send(otlpHttp, { metrics: gauges(from, COUNTED_GAUGE, [n], n) });
    await send(otlpHttp, { logs: logs(from, lines) });
    sent.traces.push({ traceId: parent.traceId, spans: spans.map(({ spanId }) => spanId) });
    sent.points.push(String(n));
    sent.lines.push(...lines);
  }
  return sent;
}

async function send(url: string, data: Export): Promise<void> {
  const { status } = await sendHttp(url, data, { format: 'protobuf', gzip: true });
  if (status !== 200)
    throw new Error(`${url} answers ${status} to an export of ${Object.keys(data)}, which is well-formed`);
}
