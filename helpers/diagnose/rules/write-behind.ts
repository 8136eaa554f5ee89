import { type Component, countAt, type Flow } from '../../flow/flow.ts';
import { locate } from '../../flow/place.ts';
import type { Stop } from '../../flow/stops.ts';
import type { Run } from '../../run/run.ts';
import { scaleToLoad } from '../load.ts';
import { createRule } from '../rule.ts';

/** What limits how fast a remote write can be. */
const SETTINGS = ['max_samples_per_send', 'max_shards', 'capacity'] as const;
/** How many scrapes a remote write may be behind, beside its own deadline. */
const MAX_SCRAPES = 4;

/**
 * Remote write has failed at nothing, and sends less than it gets: what it sends is older and older.
 *
 * `prometheus.remote_write.x sends samples more slowly than it gets them: it is 21 s behind, and 4,012 wait; max_shards is 1 …`
 */
export const writeBehind = createRule('write behind', ({ flow, stop, run }) => {
  const found = flow && stop && findWriteBehind(flow, stop, run);
  if (flow === undefined || found === undefined) return undefined;
  const { write, limit, lag, pending } = found;
  return { place: limit ?? locate(flow, write), url: locate(flow, write, 'endpoint', 'url'), lag, pending };
});

/** A remote write that sends less than it gets, and the setting that limits it, where there is one. */
export function findWriteBehind(flow: Flow, stop: Stop, { intervals, stack }: Pick<Run, 'intervals' | 'stack'>) {
  for (const write of stop.of === 'samples' ? stop.route.ends : []) {
    const lag = measureLag(flow, write, stack === 'external');
    const pending = countAt(flow, write, /^prometheus_remote_storage_samples_pending$/);
    const bound = scaleToLoad(MAX_SCRAPES * intervals.scrape + 2 * intervals.remoteWriteDeadline);
    if (lag === undefined || pending === 0 || lag <= bound) continue;
    const [limit] = SETTINGS.map((setting) => locate(flow, write, 'endpoint', 'queue_config', setting)).filter(
      ({ expression }) => expression !== undefined,
    );
    return { write, limit, lag, pending };
  }
  return undefined;
}

/** In milliseconds; undefined where it has sent nothing, or has failed at something, which says more. */
function measureLag(flow: Flow, write: Component, isElsewhere: boolean): number | undefined {
  const failures = countAt(flow, write, /^prometheus_remote_storage_samples_(?:failed|retried)_total$/);
  const sent = readNewest(flow, write, SENT);
  // An Alloy elsewhere has a clock of its own.
  const got = readNewest(flow, write, GOT) ?? (isElsewhere ? undefined : Date.now() / 1000);
  return failures > 0 || got === undefined || sent === undefined || sent === 0 ? undefined : 1000 * (got - sent);
}

/** The newest sample that it has got, and the newest that was taken, of the slowest endpoint; in seconds since the epoch. */
const GOT = 'prometheus_remote_storage_highest_timestamp_in_seconds';
const SENT = 'prometheus_remote_storage_queue_highest_sent_timestamp_seconds';

function readNewest({ metrics }: Flow, { id }: Component, name: string): number | undefined {
  const values = metrics.flatMap(({ labels, value }) =>
    labels.component_id === id && labels.__name__ === name ? [value] : [],
  );
  return values.length === 0 ? undefined : Math.min(...values);
}
