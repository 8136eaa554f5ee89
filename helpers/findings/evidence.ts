import type { FailedExport } from '../otlp/failed-export.ts';
import type { Milliseconds, TraceId } from '../otlp/ids.ts';
import type { Silence, Stranger } from '../run/endpoints.ts';
import type { Changes } from '../run/last-passed.ts';
import type { Part } from '../run/part.ts';
import type { OtherAnswer } from '../run/unexpected-answer.ts';
import type { Place } from './place.ts';

/** A series' labels. */
export type Labels = Readonly<Record<string, string>>;

/** How telemetry travels from Alloy to the backend, if it is telemetry; a failure is diagnosed along this path. */
export type Path = 'otlp' | 'remote write' | 'none';

/** What a question to the backend, or to Alloy, is about; `isOwn` is what the run itself has sent to Alloy, before it asks. */
export type Subject =
  | {
      /** A scraped metric of this run. `expression` is the PromQL without the label that marks the run. */
      readonly kind: 'scraped metric';
      readonly expression: string;
      readonly metric: string;
      readonly labels: Labels;
      /** The part that it measures, if its job measures one. */
      readonly source?: Part;
    }
  | { readonly kind: 'series'; readonly selector: string; readonly source?: Part }
  | { readonly kind: 'OTLP metric'; readonly metric: string; readonly service: string; readonly isOwn?: true }
  /** `services` are the names of those whose spans it has to have, where they are not those that the phase needs. */
  | { readonly kind: 'trace'; readonly traceId: TraceId; readonly services?: readonly string[]; readonly isOwn?: true }
  | {
      readonly kind: 'traces';
      readonly query: string;
      readonly services?: readonly string[];
      readonly isOwn?: true;
      /** What was sent to a service to have it: `GET /health`. */
      readonly request?: string;
    }
  | { readonly kind: 'logs'; readonly query: string; readonly isOwn?: true }
  | { readonly kind: 'metric of Alloy'; readonly metric: string; readonly labels: Labels }
  /**
   * Of what was sent over OTLP, or of what these services send; with `labels`, of the samples of the target that has them.
   */
  | { readonly kind: 'delivery'; readonly services?: readonly string[]; readonly labels?: Labels }
  /** What services do beside their telemetry, in the third person: `the dead letter is parked`. */
  | {
      readonly kind: 'work';
      readonly statement: string;
      readonly services: readonly string[];
      readonly isError?: true;
    };

/** What an answer is expected to be. */
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
  /** A line that matches, for each of these patterns. */
  | { readonly kind: 'lines'; readonly patterns: readonly string[] }
  /** At least one series, and these labels on every one. */
  | { readonly kind: 'labels'; readonly labels: Labels }
  /** At least one result. */
  | { readonly kind: 'any'; readonly of: 'value' | 'trace' | 'line' }
  | { readonly kind: 'empty' }
  /** A status, and an object with these members. */
  | { readonly kind: 'answer'; readonly status: number; readonly members: Readonly<Record<string, string>> }
  /** A sample that is newer than this moment. */
  | { readonly kind: 'newer sample'; readonly since: Milliseconds }
  /** A statement in the spec's own words, in the third person: `came within 6.6 s`. */
  | { readonly kind: 'stated'; readonly statement: string };

/** A sample of a series; the time is in milliseconds since the epoch. */
export type SeenSample = { readonly time: Milliseconds; readonly value: number };

/** What is counted of a signal, as Alloy's counters call it; `samples` are those of remote write. */
export type Items = 'spans' | 'metric_points' | 'log_records' | 'samples';

/** What became of the items of a signal that were sent to be counted. */
export type Arrival = {
  readonly emitted: number;
  /** How many of them the backend has. */
  readonly arrived: number;
  /** How many of them it has, or has got, more than once. */
  readonly twice: number;
  /** How many of those that arrived differ from what was sent, and in what: `time`, `parent`. */
  readonly changed?: { readonly count: number; readonly in: readonly string[] };
  /** What Alloy refused to take in, and what its exporters have given up, where all that it gets is of this run. */
  readonly refused?: number;
  readonly failed?: number;
  /** How long it took until all had arrived, from when the last one was sent. */
  readonly ms?: Milliseconds;
};

/** What the last attempt saw. Long lists are cut; `count` is that of the whole list. */
export type Seen =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'values'; readonly count: number; readonly values: readonly number[] }
  /** A scraped value, if there was one, and what the source itself said around that time. */
  | {
      readonly kind: 'comparison';
      readonly value?: number;
      readonly source: string;
      readonly least: number;
      readonly most: number;
    }
  /** `missing` is what the span with the name that was asked for lacks: `attribute x`. */
  | { readonly kind: 'spans'; readonly names: readonly string[]; readonly missing?: readonly string[] }
  | { readonly kind: 'count'; readonly of: 'traces' | 'lines'; readonly count: number }
  /** For each series, the number of its samples and the newest of them. */
  | {
      readonly kind: 'samples';
      readonly series: readonly { readonly count: number; readonly newest: readonly SeenSample[] }[];
    }
  | { readonly kind: 'newest sample'; readonly time: Milliseconds }
  /** What became of each signal that was counted; `bound` is how long it may take. */
  | {
      readonly kind: 'delivery';
      readonly bound: Milliseconds;
      readonly signals: Readonly<Partial<Record<Items, Arrival>>>;
    }
  /** The start of any other answer, as JSON. */
  | { readonly kind: 'answer'; readonly count?: number; readonly json: string }
  | QueryFailure;

/** A query that failed. */
export type QueryFailure = {
  readonly kind: 'query failure';
  readonly message: string;
  /** The HTTP request, if it was one; `status` is 0 if there was no answer. */
  readonly request?: {
    readonly url: string;
    readonly user: string;
    readonly status: number;
    readonly silence?: Silence | undefined;
    readonly stranger?: Stranger;
    readonly leadsTo?: string;
  };
};

/** What exists instead of what was asked for. */
export type Nearest =
  /** The metric exists with other labels; `found` has the same label names as `wanted`. */
  | {
      readonly kind: 'other labels';
      readonly metric: string;
      readonly wanted: Labels;
      readonly found: readonly Labels[];
    }
  /** Other metrics have these labels: the most similar names, and the number of all. */
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
  /** The streams have lines that the rest of the query leaves out: their number, at most 1,000, and the newest of them. */
  | { readonly kind: 'other lines'; readonly selector: string; readonly count: number; readonly newest: string }
  /** The streams have no lines; these services do, of `count` in all. */
  | {
      readonly kind: 'other services';
      readonly selector: string;
      readonly count: number;
      readonly services: readonly string[];
    }
  | { readonly kind: 'no lines' }
  | QueryFailure;

/** The answer to a question that was repeated until the condition held or the wait ended. */
export type Observation = {
  readonly kind: 'observation';
  readonly holds: boolean;
  readonly subject: Subject;
  readonly path: Path;
  readonly condition: Condition;
  readonly seen: Seen;
  readonly nearest?: Nearest;
  readonly attempts: number;
  /** When it was first asked, in milliseconds since the epoch. */
  readonly askedAt: Milliseconds;
  readonly elapsedMs: Milliseconds;
  /** How long it may have taken. */
  readonly deadlineMs?: Milliseconds;
  /** How many items Alloy had dropped on this path by then, in this run. */
  readonly lostBefore?: number;
  /** The address at which Grafana's Explore makes the same query; of one that failed, where a Grafana is known. */
  readonly explore?: string;
  readonly lead?: Lead;
};

/** Where to look where no cause is known. */
export type Lead = {
  /** How far what was asked about has got, or where it stops. */
  readonly way?: Way;
  /** When what was asked for came nevertheless, and when it should have, counted from the first question. */
  readonly came?: { readonly delay: Milliseconds; readonly limit: Milliseconds };
  readonly changes?: Changes;
};

/** What became of the items of a signal, or of samples, in Alloy in this run. */
export type Way = {
  readonly items: Items;
  /** The component at which they stop; undefined where Alloy has sent them. */
  readonly place?: Place;
  /** How many Alloy has sent, and how many it has accepted where it counts that. */
  readonly sent?: number;
  readonly accepted?: number;
};

/** What a criterion found. The last evidence of a failed criterion is what failed it. */
export type Evidence =
  /** Proven without a matcher, in the spec's own words. */
  | { readonly kind: 'fact'; readonly fact: string }
  | Observation
  /** An assertion that failed, or any other error. */
  | {
      readonly kind: 'error';
      readonly message: string;
      readonly isTimeout?: true;
      readonly failed?: FailedExport;
      readonly answer?: OtherAnswer;
      readonly lead?: Lead;
    };
