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
  /** Name and labels as the page writes them: for the same series of the same target usually the same text. */
  readonly series: string;
  /** Name (as `__name__`) and labels, in the order of the page; a name may come twice, a value may be empty. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
  /** Milliseconds since the epoch; undefined when the page gives none. */
  readonly timestamp: number | undefined;
};

/** A page that does not follow its format; the message says in which line, what was expected and what was found. */
export class ExpositionError extends Error {
  override readonly name = 'ExpositionError';
}
