import { buildComponentLabels, COMPONENT_LABELS, getCounter } from '../../pipeline/instruments.ts';
import { createLabelBuilder, sortLabels } from '../../pipeline/relabel/labels.ts';
import { relabel } from '../../pipeline/relabel/relabel.ts';
import type { ScrapedSample, SeriesLabels } from '../../schema/capsules.ts';
import type { ComponentContext, Instance } from '../../schema/component.ts';
import type { PrometheusRelabelArgs } from './block.ts';

/**
 * `prometheus.relabel`: forwards series with relabelled labels, without those that the rules drop. The result for a
 * series is cached for as long as the series is scraped.
 */
export function createPrometheusRelabel(args: PrometheusRelabelArgs, context: ComponentContext): Instance {
  const forwardTo = args.forward_to.flatMap((receiver) => receiver?.consumer ?? []);
  const labels = buildComponentLabels(context);
  const processed = createRelabelCounter(context, 'metrics_processed', 'Total number of metrics processed');
  const written = createRelabelCounter(context, 'metrics_written', 'Total number of metrics written');
  const known = new WeakMap<SeriesLabels, SeriesLabels>();

  const relabelSeries = (series: SeriesLabels): SeriesLabels => {
    const before = known.get(series);
    if (before !== undefined) {
      return before;
    }
    const builder = createLabelBuilder(series);
    const result = relabel(builder, args.rule, 'legacy') ? sortLabels(builder.entries()) : [];
    known.set(series, result);
    return result;
  };

  const consume = (samples: readonly ScrapedSample[]): void => {
    const kept: ScrapedSample[] = [];
    for (const sample of samples) {
      const series = relabelSeries(sample.labels);
      if (series.length > 0) {
        kept.push({ ...sample, labels: series });
      }
    }
    processed.inc(labels, samples.length);
    written.inc(labels, kept.length);
    if (kept.length > 0) {
      for (const forward of forwardTo) {
        forward(kept);
      }
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

function createRelabelCounter(context: ComponentContext, name: string, help: string) {
  return getCounter(context.registry, `alloy_prometheus_relabel_${name}`, help, COMPONENT_LABELS);
}
