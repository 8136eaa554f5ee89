/** The type that a page declares for the metrics that follow it. */
export type MetricType =
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'gaugehistogram'
  | 'summary'
  | 'info'
  | 'stateset'
  | 'unknown';

/** A line of a page. */
export type ExposedSample = {
  /** Name and labels as the page writes them: usually the same text for the same series of a target. */
  readonly series: string;
  /** Name (as `__name__`) and labels, in page order. A name may occur twice, a value may be empty. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
  /** Milliseconds since the epoch; undefined if the page has none. */
  readonly timestamp: number | undefined;
};

/** The error for an invalid page, with Prometheus's message. */
export class ExpositionError extends Error {
  override readonly name = 'ExpositionError';
}
