import type { Milliseconds } from '../otlp/ids.ts';
import type { Run } from '../run/run.ts';

/** How often a real Alloy's scrape manager takes up new targets (measured on 1.18). */
export const ALLOY_TARGET_SYNC: Milliseconds = 5000;
/** What a busy machine may add to any of it. It costs time only where a criterion fails. */
const SLACK: Milliseconds = 10_000;
/** What the hosted services take until a search finds what a look-up by ID already answers (Tempo: 20 s and more). */
const HOSTED_SEARCH_LAG: Milliseconds = 90_000;

/** Until a value that changed at the source is in the backend: two scrapes, and on the first ones Alloy's target sync. */
export function scrapeDeadline({ intervals }: Run): Milliseconds {
  const { scrape, scrapeTimeout, remoteWriteDeadline } = intervals;
  return 2 * scrape + scrapeTimeout + 2 * remoteWriteDeadline + ALLOY_TARGET_SYNC + SLACK;
}

/** Until a datum sent over OTLP is in the backend: two batch timeouts. */
export function otlpDeadline({ intervals }: Run): Milliseconds {
  return 2 * intervals.otlpBatch + SLACK;
}

/** Until a search finds a trace. */
export function searchDeadline(run: Run): Milliseconds {
  return otlpDeadline(run) + (run.backend === 'mock' ? 0 : HOSTED_SEARCH_LAG);
}
