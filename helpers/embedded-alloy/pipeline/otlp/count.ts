import type { LogsData, Metric, MetricsData, TracesData } from '../../../otlp/schema.ts';

/** Counts the spans of `data`. */
export function countSpans(data: TracesData): number {
  let count = 0;
  for (const resource of data.resourceSpans) {
    for (const scope of resource.scopeSpans) {
      count += scope.spans.length;
    }
  }
  return count;
}

/** Counts the log records of `data`. */
export function countLogRecords(data: LogsData): number {
  let count = 0;
  for (const resource of data.resourceLogs) {
    for (const scope of resource.scopeLogs) {
      count += scope.logRecords.length;
    }
  }
  return count;
}

/** Counts the data points of `data`, for all kinds of metric. */
export function countMetricPoints(data: MetricsData): number {
  let count = 0;
  for (const resource of data.resourceMetrics) {
    for (const scope of resource.scopeMetrics) {
      for (const metric of scope.metrics) {
        count += countPoints(metric);
      }
    }
  }
  return count;
}

/** Counts the data points of `metric`. */
export function countPoints(metric: Metric): number {
  const held = metric.gauge ?? metric.sum ?? metric.histogram ?? metric.exponentialHistogram ?? metric.summary;
  return held?.dataPoints.length ?? 0;
}
