import { createForwarder } from '../../pipeline/forward-samples.ts';
import {
  buildComponentLabels,
  COMPONENT_LABELS,
  createComponentCounter,
  getGauge,
} from '../../pipeline/instruments.ts';
import { createLabelBuilder, sortLabels } from '../../pipeline/relabel/labels.ts';
import { relabel } from '../../pipeline/relabel/relabel.ts';
import type { ScrapedSample, SeriesLabels } from '../../schema/capsules.ts';
import type { ComponentContext, Instance } from '../../schema/component.ts';
import type { PrometheusRelabelArgs } from './block.ts';
import { createRelabelCache } from './relabel-cache.ts';

/** `prometheus.relabel`: forwards series with relabelled labels, without those that the rules drop. */
export function createPrometheusRelabel(args: PrometheusRelabelArgs, context: ComponentContext): Instance {
  const count = createRelabelMetrics(context);
  const cache = createRelabelCache(args, () => count.expired(1));
  const forward = createForwarder(args.forward_to, context);

  const relabelSeries = ({ labels, stale }: ScrapedSample): SeriesLabels => {
    const known = cache.get(labels);
    const result = known ?? applyRules(labels, args);
    if (known === undefined) {
      count.missed(1);
      cache.add(labels, result);
    } else {
      count.hit(1);
    }
    if (stale === true) {
      count.deleted(1);
      cache.remove(labels);
    }
    return result;
  };

  const consume = (samples: readonly ScrapedSample[]): void => {
    const kept: ScrapedSample[] = [];
    for (const sample of samples) {
      const labels = relabelSeries(sample);
      if (labels.length > 0) {
        kept.push({ ...sample, labels });
      }
    }
    count.processed(samples.length);
    count.written(kept.length);
    count.cached(cache.size());
    if (kept.length > 0) {
      forward(kept);
    }
  };

  return {
    exports: {
      receiver: { capsule: 'metrics', name: `${context.id}.receiver`, consumer: consume },
      rules: args.rule,
    },
    start: async () => context.setHealth({ state: 'healthy', message: 'started component' }),
    stop: async () => {},
  };
}

function applyRules(series: SeriesLabels, { rule: rules }: PrometheusRelabelArgs): SeriesLabels {
  const builder = createLabelBuilder(series);
  return relabel(builder, rules, 'legacy') ? sortLabels(builder.entries()) : [];
}

function createRelabelMetrics(context: ComponentContext) {
  const labels = buildComponentLabels(context);
  const count = (name: string, help: string) =>
    createComponentCounter(context, `alloy_prometheus_relabel_${name}`, help);
  const size = getGauge(
    context.registry,
    'alloy_prometheus_relabel_cache_size',
    'Total size of relabel cache.',
    COMPONENT_LABELS,
  );
  size.set(labels, 0);
  return {
    processed: count('metrics_processed', 'Total number of metrics processed'),
    written: count('metrics_written', 'Total number of metrics written'),
    missed: count('cache_misses', 'Total number of cache misses'),
    hit: count('cache_hits', 'Total number of cache hits'),
    deleted: count('cache_deletes', 'Total number of cache deletes'),
    expired: count(
      'cache_ttl_evictions',
      'Number of relabel cache entries removed by the periodic TTL scan. Always 0 when cache_ttl is unset.',
    ),
    cached: (entries: number) => size.set(labels, entries),
  };
}
