import { relabelRule } from '../../schema/blocks/relabel-rule.ts';
import { metricsReceiver } from '../../schema/capsules.ts';
import { formatDuration } from '../../schema/duration.ts';
import { block, type DecodedBlock, optional, repeatedBlock, required } from '../../schema/schema.ts';
import { duration, int, list } from '../../schema/types.ts';

const minTtl = 60_000;

/** `prometheus.relabel` (Alloy 1.18 reference). */
export const prometheusRelabelBlock = block(
  {
    forward_to: required(list(metricsReceiver)),
    rule: repeatedBlock(relabelRule),
    max_cache_size: optional(int, 100_000),
    cache_ttl: optional(duration),
  },
  ({ max_cache_size: entries, cache_ttl: ttl }) => {
    if (entries < 0) {
      return `max_cache_size must be >= 0; got ${entries}`;
    }
    if (ttl < 0) {
      return `cache_ttl must be >= 0; got ${formatDuration(ttl)}`;
    }
    if (entries > 0 && ttl > 0) {
      return 'max_cache_size and cache_ttl are mutually exclusive: set max_cache_size = 0 to use cache_ttl, or unset cache_ttl to keep the bounded LRU cache';
    }
    if (entries === 0 && ttl === 0) {
      return 'one of max_cache_size or cache_ttl must be set';
    }
    return ttl > 0 && ttl < minTtl
      ? `cache_ttl must be at least ${formatDuration(minTtl)} when set; got ${formatDuration(ttl)}`
      : undefined;
  },
);

export type PrometheusRelabelArgs = DecodedBlock<typeof prometheusRelabelBlock>;
