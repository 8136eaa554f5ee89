import type { Milliseconds, TraceId } from '../otlp/ids.ts';
import type { Part } from '../run/part.ts';

/** A series' labels. */
export type Labels = Readonly<Record<string, string>>;

/** Which way a datum travels; a failure is diagnosed along it. */
export type Path = 'otlp' | 'remote write';

/** What a question to the backend, or to Alloy, is about. */
export type Subject =
  | {
      /** A scraped metric of this run. `expression` is the PromQL, without the mark of the run. */
      readonly kind: 'scraped metric';
      readonly expression: string;
      readonly metric: string;
      readonly labels: Labels;
      /** The part that it measures, where its job is one of a part. */
      readonly source?: Part;
    }
  | { readonly kind: 'series'; readonly selector: string; readonly source?: Part }
  | { readonly kind: 'OTLP metric'; readonly metric: string; readonly service: string }
  | { readonly kind: 'trace'; readonly traceId: TraceId }
  | { readonly kind: 'traces'; readonly query: string }
  | { readonly kind: 'logs'; readonly query: string }
  | { readonly kind: 'metric of Alloy'; readonly metric: string; readonly labels: Labels }
  | { readonly kind: 'delivery' };

/** What an answer has to fulfil. */
export type Condition =
  | {
      readonly kind: 'value';
      readonly is: 'equal' | 'at least' | 'at most' | 'above' | 'below';
      readonly value: number;
    }
  | { readonly kind: 'agreement'; readonly with: string; readonly within: number }
  | { readonly kind: 'span'; readonly shape: string }
  | { readonly kind: 'trace'; readonly traceId: TraceId }
  | { readonly kind: 'line'; readonly line: string }
  /** At least one of what was asked for. */
  | { readonly kind: 'any'; readonly of: 'value' | 'trace' }
  | { readonly kind: 'empty' }
  /** A sample that is newer than this moment. */
  | { readonly kind: 'newer sample'; readonly since: Milliseconds }
  /** What a spec says in its own words, in the third person: `has a line for each signal`. */
  | { readonly kind: 'stated'; readonly statement: string };

/** A sample of a series; the time is in milliseconds since the epoch. */
export type SeenSample = { readonly time: Milliseconds; readonly value: number };

/** What the last attempt saw. Long lists hold their beginning; the count is that of all. */
export type Seen =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'values'; readonly count: number; readonly values: readonly number[] }
  | {
      readonly kind: 'disagreement';
      readonly count: number;
      readonly values: readonly number[];
      readonly source: string;
      readonly truth: number;
    }
  | { readonly kind: 'spans'; readonly names: readonly string[] }
  | { readonly kind: 'count'; readonly of: 'traces' | 'lines'; readonly count: number }
  /** For each series the number of its samples and the newest of them. */
  | {
      readonly kind: 'samples';
      readonly series: readonly { readonly count: number; readonly newest: readonly SeenSample[] }[];
    }
  | { readonly kind: 'newest sample'; readonly time: Milliseconds }
  /** The beginning of any other answer, as JSON. */
  | { readonly kind: 'answer'; readonly count?: number; readonly json: string }
  | QueryFailure;

/** A question that got no answer, or not the one that its API promises. `status` is 0 where nothing answered. */
export type QueryFailure = {
  readonly kind: 'query failure';
  readonly message: string;
  /** Where it was asked, and with what HTTP status it was answered; absent where the question was not one over HTTP. */
  readonly request?: { readonly url: string; readonly user: string; readonly status: number };
};

/** When what was asked for is not there: what does exist in its place. */
export type Nearest =
  /** The metric, under other labels than those asked for; each with the names that were asked for. */
  | {
      readonly kind: 'other labels';
      readonly metric: string;
      readonly wanted: Labels;
      readonly found: readonly Labels[];
    }
  /** Other metrics under the same labels, the nearest names first; `count` is the number of all. */
  | {
      readonly kind: 'other names';
      readonly metric: string;
      readonly labels: Labels;
      readonly count: number;
      readonly names: readonly string[];
    }
  | { readonly kind: 'no series'; readonly labels: Labels }
  | { readonly kind: 'other traces'; readonly count: number; readonly example: string }
  | { readonly kind: 'no traces' }
  | QueryFailure;

/** The answer to a question that was asked until it held or the wait was over. */
export type Observation = {
  readonly kind: 'observation';
  readonly holds: boolean;
  readonly subject: Subject;
  readonly path: Path;
  readonly condition: Condition;
  readonly seen: Seen;
  readonly nearest?: Nearest;
  readonly attempts: number;
  /** When it was asked first, in milliseconds since the epoch. */
  readonly askedAt: Milliseconds;
  readonly elapsedMs: Milliseconds;
  /** How many items of its path Alloy had given up by then, since its own start. */
  readonly lostBefore?: number;
};

/** What a criterion found. A failed one ends with the evidence that failed it. */
export type Evidence =
  /** Proven by other means than a matcher, in the words of the spec. */
  | { readonly kind: 'fact'; readonly fact: string }
  | Observation
  /** An assertion that failed, or any other error. */
  | { readonly kind: 'error'; readonly message: string };
