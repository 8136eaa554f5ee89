import type { OtlpBatch } from '../pipeline/otlp/batch.ts';

export type { OtlpBatch } from '../pipeline/otlp/batch.ts';

/**
 * The labels of a series, `__name__` among them: sorted by name, no empty values, and never changed once made. The same
 * series has the same array from scrape to scrape, so what is derived from it can be kept by its identity.
 */
export type SeriesLabels = readonly (readonly [name: string, value: string])[];

/** A scraped sample on its way from `prometheus.scrape` to `prometheus.remote_write`. */
export type ScrapedSample = {
  readonly labels: SeriesLabels;
  /** NaN in a stale marker. */
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** Marks the end of a series. A flag, because JavaScript does not keep the bits that tell one NaN from another. */
  readonly stale?: true;
};

/** What takes data: a `receiver` of `prometheus.*`, an `input` of `otelcol.*`. A rejection reaches the sender. */
export type ConsumerOf = {
  readonly metrics: (samples: readonly ScrapedSample[]) => void;
  readonly otelcol: (batch: OtlpBatch) => Promise<void>;
};
