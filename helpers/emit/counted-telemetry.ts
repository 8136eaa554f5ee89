import { setTimeout as sleep } from 'node:timers/promises';
import type { Milliseconds, UnixNanos } from '../otlp/ids.ts';
import type { LogsData, MetricsData, Resource, Span } from '../otlp/schema.ts';
import { sendHttp } from './otlp-http.ts';
import { gauges, logs, newSpan, traces } from './telemetry.ts';

/** What was sent to be counted where it arrives: each item with what it has to have there. */
export type CountedTelemetry = {
  readonly spans: readonly Span[];
  readonly points: readonly EmittedPoint[];
  readonly records: readonly EmittedRecord[];
};

/** A data point of the gauge {@link COUNTED_GAUGE}; its attribute `point` makes it a series of its own. */
export type EmittedPoint = { readonly point: string; readonly value: number; readonly time: UnixNanos };

/** A log record with a line that no other one has. */
export type EmittedRecord = { readonly line: string; readonly time: UnixNanos };

/** The gauge of the data points, as OTLP names it. */
export const COUNTED_GAUGE = 'alloy.verify.delivered';

/** The attribute of each span that says which export it is of. */
export const COUNTED = 'alloy.verify.export';

/**
 * Sends this many exports of each signal, with two spans, one data point and two log records each, one export after the other with
 * `pause` in between: what arrives within one batch timeout leaves in one push, and a loss of every second push would not show.
 * Throws {@link ExportFailed} where one of them is refused.
 */
export async function sendCounted(
  otlpHttp: string,
  from: Resource,
  { mark, exports, pause }: { readonly mark: string; readonly exports: number; readonly pause: Milliseconds },
): Promise<CountedTelemetry> {
  const spans: Span[] = [];
  const points: EmittedPoint[] = [];
  const records: EmittedRecord[] = [];
  for (let n = 0; n < exports; n++) {
    if (n > 0) await sleep(pause);
    const parent = newSpan({ name: `counted ${n}`, attributes: { [COUNTED]: n } });
    const pair = [parent, newSpan({ name: `counted ${n}, child`, attributes: { [COUNTED]: n }, parent })];
    const metrics = gauges(from, COUNTED_GAUGE, [n], n);
    const lines = logs(
      from,
      [0, 1].map((line) => `counted ${n}.${line} of ${mark}`),
    );
    for (const data of [{ traces: traces(from, pair) }, { metrics }, { logs: lines }]) {
      await sendHttp(otlpHttp, data, { format: 'protobuf', gzip: true });
    }
    spans.push(...pair);
    points.push({ point: String(n), value: n, time: readTime(metrics) });
    records.push(...listRecords(lines));
  }
  return { spans, points, records };
}

function readTime({ resourceMetrics: [resource] }: MetricsData): UnixNanos {
  return resource?.scopeMetrics[0]?.metrics[0]?.gauge?.dataPoints[0]?.timeUnixNano ?? 0n;
}

function listRecords({ resourceLogs }: LogsData): EmittedRecord[] {
  return resourceLogs
    .flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords))
    .map(({ body, timeUnixNano: time }) => ({ line: body?.stringValue ?? '', time }));
}
