import type { LogsData, MetricsData, TracesData } from '../../../otlp/schema.ts';
import type { Signal } from '../../schema/capsules.ts';

/** The data of an export request, by signal. */
export type SignalData = { readonly traces: TracesData; readonly metrics: MetricsData; readonly logs: LogsData };

type SignalFacts = {
  /** The name of its items in metrics. */
  readonly items: 'spans' | 'metric_points' | 'log_records';
  /** The gRPC method of its collector service (OTLP 1.x, "OTLP/gRPC Request"). */
  readonly method: string;
};

/** The differences between the signals. */
export const SIGNALS: { readonly [S in Signal]: SignalFacts } = {
  traces: { items: 'spans', method: '/opentelemetry.proto.collector.trace.v1.TraceService/Export' },
  metrics: { items: 'metric_points', method: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export' },
  logs: { items: 'log_records', method: '/opentelemetry.proto.collector.logs.v1.LogsService/Export' },
};

/** All signals, in the order in which Alloy starts them. */
export const ALL_SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs'];
