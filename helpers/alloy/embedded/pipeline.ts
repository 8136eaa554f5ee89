import type { LogsData, MetricsData, TracesData } from '../../otlp/schema.ts';

/** A scraped sample on its way from `prometheus.scrape` to `prometheus.remote_write`; label names sorted, empty values absent. */
export type ScrapedSample = {
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
};

/** OTLP data on its way between `otelcol.*` components. */
export type OtlpBatch =
  | { readonly signal: 'traces'; readonly data: TracesData }
  | { readonly signal: 'metrics'; readonly data: MetricsData }
  | { readonly signal: 'logs'; readonly data: LogsData };

/** What takes data: a `receiver` of `prometheus.*`, an `input` of `otelcol.*`. A rejection reaches the sender. */
export type ConsumerOf = {
  readonly metrics: (samples: readonly ScrapedSample[]) => void;
  readonly otelcol: (batch: OtlpBatch) => Promise<void>;
};
