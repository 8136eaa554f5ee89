import type { Milliseconds } from '../otlp/ids.ts';
import type { Run } from '../run/run.ts';

/** How often Alloy's scrape manager picks up new targets (measured on 1.18). */
export const ALLOY_TARGET_SYNC: Milliseconds = 5000;
/** What a busy machine may add to any deadline. It costs time only if a criterion fails. */
export const SLACK: Milliseconds = 10_000;
/** The limit that vitest's configuration has for a criterion. */
export const STANDARD_LIMIT: Milliseconds = 120_000;
/** How many waits a criterion has one after the other, at most. */
const MAX_WAITS = 7;
/** How long a hosted search may lag behind a look-up by ID (Tempo: 20 s and more). */
const HOSTED_SEARCH_LAG: Milliseconds = 90_000;
/** How long it does where all is well. */
const USUAL_SEARCH_LAG: Milliseconds = 30_000;
/** How long a hosted backend may take to make data visible that it has accepted: seconds, by its documentation. */
const HOSTED_INGESTION: Milliseconds = 30_000;

/** What of a run decides how long its criteria wait. */
type Timed = Pick<Run, 'intervals' | 'backend' | 'maxWait'>;

/** Whether the backend of a run is anything but the mock cloud, which has no lag. */
export function isHosted({ backend }: Pick<Run, 'backend'>): boolean {
  return backend !== 'mock';
}

/** How long a change at the source may take to reach the backend: two scrapes, and Alloy's target sync after its start. */
export function computeScrapeDeadline(run: Timed): Milliseconds {
  const { scrape, scrapeTimeout, remoteWriteDeadline } = run.intervals;
  return limit(run, 2 * scrape + scrapeTimeout + 2 * remoteWriteDeadline + ALLOY_TARGET_SYNC + computeSlack(run));
}

/** How long data sent over OTLP may take to reach the backend: two batch timeouts. */
export function computeOtlpDeadline(run: Timed): Milliseconds {
  return limit(run, 2 * run.intervals.otlpBatch + computeSlack(run));
}

/** How long the mock cloud takes to show what it has taken: it has stored it before it answers. */
const MOCK_INGESTION: Milliseconds = 500;

/** How long what a backend has taken may not be there yet. */
export function computeVisibility(run: Pick<Run, 'backend'>): Milliseconds {
  return isHosted(run) ? HOSTED_INGESTION : MOCK_INGESTION;
}

function limit({ maxWait = Number.POSITIVE_INFINITY }: Timed, deadline: Milliseconds): Milliseconds {
  return Math.min(deadline, maxWait);
}

function computeSlack(run: Pick<Run, 'backend'>): Milliseconds {
  return SLACK + (isHosted(run) ? HOSTED_INGESTION : 0);
}

/** How long metrics that a service exports may take: two of its intervals more. */
export function computeMetricDeadline(run: Timed): Milliseconds {
  return limit(run, computeOtlpDeadline(run) + 2 * run.intervals.metricExport);
}

/** What ends a criterion that hangs: more than its waits take, which end on their own deadlines. */
export function computeCriterionLimit(run: Timed): Milliseconds {
  return MAX_WAITS * Math.max(computeScrapeDeadline(run), computeSearchDeadline(run), computeMetricDeadline(run));
}

/** How long it may take until a search finds a trace. */
export function computeSearchDeadline(run: Timed): Milliseconds {
  return limit(run, computeOtlpDeadline(run) + (isHosted(run) ? HOSTED_SEARCH_LAG : 0));
}

/** How long a search leaves out what is new, where all is well: Tempo's looks at blocks, and the newest 30 s are in none. */
export function computeUsualSearchLag(run: Pick<Run, 'backend'>): Milliseconds {
  return isHosted(run) ? USUAL_SEARCH_LAG : 0;
}
