import type { LogsData, Metric, MetricsData, TracesData } from '../../../otlp/schema.ts';
import { countPoints } from './count.ts';

/** Splits `data` into parts of at most `maxItems` spans. */
export function splitTraces(data: TracesData, maxItems: number): TracesData[] {
  const parts = fill<TracesData>(maxItems, () => ({ resourceSpans: [] }));
  for (const resource of data.resourceSpans) {
    for (const scope of resource.scopeSpans) {
      parts.add(scope.spans.length, (part, from, to) => {
        part.resourceSpans.push({ ...resource, scopeSpans: [{ ...scope, spans: scope.spans.slice(from, to) }] });
      });
    }
  }
  return parts.all;
}

/** Splits `data` into parts of at most `maxItems` log records. */
export function splitLogs(data: LogsData, maxItems: number): LogsData[] {
  const parts = fill<LogsData>(maxItems, () => ({ resourceLogs: [] }));
  for (const resource of data.resourceLogs) {
    for (const scope of resource.scopeLogs) {
      parts.add(scope.logRecords.length, (part, from, to) => {
        const logRecords = scope.logRecords.slice(from, to);
        part.resourceLogs.push({ ...resource, scopeLogs: [{ ...scope, logRecords }] });
      });
    }
  }
  return parts.all;
}

/** Splits `data` into parts of at most `maxItems` data points, inside a metric if necessary. */
export function splitMetrics(data: MetricsData, maxItems: number): MetricsData[] {
  const parts = fill<MetricsData>(maxItems, () => ({ resourceMetrics: [] }));
  for (const resource of data.resourceMetrics) {
    for (const scope of resource.scopeMetrics) {
      for (const metric of scope.metrics) {
        parts.add(countPoints(metric), (part, from, to) => {
          const scopeMetrics = [{ ...scope, metrics: [slicePoints(metric, from, to)] }];
          part.resourceMetrics.push({ ...resource, scopeMetrics });
        });
      }
    }
  }
  return parts.all;
}

/** Distributes runs of items to parts, and opens the next part when one is full. */
function fill<Part>(maxItems: number, empty: () => Part) {
  const all: Part[] = [];
  let room = 0;
  return {
    all,
    add(items: number, put: (part: Part, from: number, to: number) => void): void {
      for (let from = 0; from < items; ) {
        if (room === 0) {
          all.push(empty());
          room = maxItems;
        }
        const to = Math.min(items, from + room);
        const part = all.at(-1);
        if (part !== undefined) {
          put(part, from, to);
        }
        room -= to - from;
        from = to;
      }
    },
  };
}

function slicePoints(metric: Metric, from: number, to: number): Metric {
  const { gauge, sum, histogram, exponentialHistogram, summary } = metric;
  const cut = <Held extends { dataPoints: readonly unknown[] }>(held: Held): Held => ({
    ...held,
    dataPoints: held.dataPoints.slice(from, to),
  });
  return {
    ...metric,
    ...(gauge && { gauge: cut(gauge) }),
    ...(sum && { sum: cut(sum) }),
    ...(histogram && { histogram: cut(histogram) }),
    ...(exponentialHistogram && { exponentialHistogram: cut(exponentialHistogram) }),
    ...(summary && { summary: cut(summary) }),
  };
}
