import type { Milliseconds } from '../otlp/ids.ts';
import type { Run } from '../run/run.ts';

/** How often a real Alloy's scrape manager takes up new targets (measured on 1.18). */
export const ALLOY_TARGET_SYNC: Milliseconds = 5000;
/** What a busy machine may add to any of it. It costs time only where a criterion fails. */
const SLACK: Milliseconds = 10_000;
/** What the hosted services take until a search finds what a look-up by ID already answers (Tempo: 20 s and more). */
const HOSTED_SEARCH_LAG: Milliseconds = 90_000;

/** Whether the telemetry of a run is stored by another program than the mock cloud, whose answers lag behind nothing. */
export function isHosted({ backend }: Pick<Run, 'backend'>): boolean {
  return backend !== 'mock';
}

/** Until a value that changed at the source is in the backend: two scrapes, and on the first ones Alloy's target sync. */
export function scrapeDeadline({ intervals }: Pick<Run, 'intervals'>): Milliseconds {
  const { scrape, scrapeTimeout, remoteWriteDeadline } = intervals;
  return 2 * scrape + scrapeTimeout + 2 * remoteWriteDeadline + ALLOY_TARGET_SYNC + SLACK;
}

/** Until a datum sent over OTLP is in the backend: two batch timeouts. */
export function otlpDeadline({ intervals }: Pick<Run, 'intervals'>): Milliseconds {
  return 2 * intervals.otlpBatch + SLACK;
}

/** Until a search finds a trace. */
export function searchDeadline(run: Pick<Run, 'intervals' | 'backend'>): Milliseconds {
  return otlpDeadline(run) + (isHosted(run) ? HOSTED_SEARCH_LAG : 0);
}
