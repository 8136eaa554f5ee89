import type { LogLine } from '../clients/loki.ts';
import type { InstantSample, Labels, SampleRange } from '../clients/prometheus.ts';
import type { FoundSpan } from '../clients/tempo.ts';
import type { Nearest, Path, Seen, Subject } from '../findings/evidence.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { BackendAccess } from '../run/endpoints.ts';

/** A query as a service was asked: PromQL, TraceQL, LogQL, or the ID of a trace. */
export type AskedQuery = { readonly service: keyof BackendAccess; readonly query: string };

/** A question about telemetry: how long an answer may take, and what to report if there is none. */
export type Question = {
  readonly subject: Subject;
  readonly path: Path;
  readonly deadline: Milliseconds;
  /** What the backend is asked, where that is one query. */
  readonly asked?: AskedQuery;
  /** Whether the telemetry has arrived somewhere else. */
  readonly isMisplaced?: () => Promise<boolean>;
  /** The most similar thing that does exist. */
  readonly findNearest?: () => Promise<Nearest | undefined>;
};

/** A question and how to ask it. */
export type Telemetry<T> = Question & {
  readonly ask: () => Promise<T>;
  /** Whether no later answer can be better than this one. */
  readonly isFinal?: (answer: T) => boolean;
  /** What an answer is as evidence; by default its start as JSON. */
  readonly show?: (answer: T) => Seen;
};
export type Metric = Telemetry<InstantSample[]> & { readonly kind: 'metric' };
export type Ranges = Telemetry<SampleRange[]> & { readonly kind: 'ranges' };
export type Series = Telemetry<Labels[]> & { readonly kind: 'series' };
export type Trace = Telemetry<FoundSpan[]> & { readonly kind: 'trace' };
export type Search = Telemetry<string[]> & { readonly kind: 'search' };
export type Logs = Telemetry<LogLine[]> & { readonly kind: 'logs' };
/** A scraped metric as PromQL, which functions such as `rate` can wrap. */
export type ScrapedMetric = Metric & { readonly expression: string };
