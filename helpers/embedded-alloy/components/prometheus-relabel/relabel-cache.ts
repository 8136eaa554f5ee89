import type { SeriesLabels } from '../../schema/capsules.ts';
import type { PrometheusRelabelArgs } from './block.ts';

/** The relabelled labels of series, by the array that holds their labels. No labels for a series that is dropped. */
export type RelabelCache = {
  readonly get: (series: SeriesLabels) => SeriesLabels | undefined;
  readonly add: (series: SeriesLabels, relabelled: SeriesLabels) => void;
  readonly remove: (series: SeriesLabels) => void;
  readonly size: () => number;
};

type Entry = { readonly relabelled: SeriesLabels; readonly expiresAt: number };

/**
 * Creates a cache that holds `max_cache_size` series or, with `cache_ttl`, those used within that time. Calls
 * `onExpired` for each series whose time is up: that is found out as another one is added.
 */
export function createRelabelCache(args: PrometheusRelabelArgs, onExpired: () => void): RelabelCache {
  const { max_cache_size: maxSize, cache_ttl: ttl } = args;
  // In the order of their last use.
  const entries = new Map<SeriesLabels, Entry>();

  const touch = (series: SeriesLabels, relabelled: SeriesLabels): void => {
    entries.delete(series);
    entries.set(series, { relabelled, expiresAt: ttl > 0 ? Date.now() + ttl : Number.POSITIVE_INFINITY });
  };

  const makeRoom = (): void => {
    const now = Date.now();
    for (const [series, { expiresAt }] of entries) {
      const expired = expiresAt <= now;
      if (!expired && (ttl > 0 || entries.size <= maxSize)) {
        return;
      }
      entries.delete(series);
      if (expired) {
        onExpired();
      }
    }
  };

  return {
    get: (series) => {
      const entry = entries.get(series);
      if (entry !== undefined) {
        touch(series, entry.relabelled);
      }
      return entry?.relabelled;
    },
    add: (series, relabelled) => {
      touch(series, relabelled);
      makeRoom();
    },
    remove: (series) => entries.delete(series),
    size: () => entries.size,
  };
}
