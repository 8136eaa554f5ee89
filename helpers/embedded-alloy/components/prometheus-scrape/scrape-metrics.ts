import {
  buildComponentLabels,
  COMPONENT_LABELS,
  createComponentCounter,
  getCounter,
  getGauge,
} from '../../pipeline/instruments.ts';
import type { ComponentContext } from '../../schema/component.ts';
import type { ScrapeLimit } from './limit-error.ts';

/** How many targets a scrape pool has. */
export type TargetCounts = {
  /** In the configuration, without duplicates. */
  readonly configured: number;
  /** Of these, those that are scraped. */
  readonly scraped: number;
  /** Of these, those that can't be scraped. */
  readonly invalid: number;
  /** 0 for no limit. */
  readonly limit: number;
};

/** Registers the metrics of a `prometheus.scrape` component, with the names and labels of Prometheus, all from the start. */
export function createScrapeMetrics(context: ComponentContext, job: string, targets: TargetCounts) {
  const labels = buildComponentLabels(context);
  const poolLabels = { ...labels, scrape_job: job };
  const poolNames = [...COMPONENT_LABELS, 'scrape_job'];
  const count = (name: string, help: string) => createComponentCounter(context, `prometheus_target_${name}`, help);
  const setLevel = (name: string, help: string, value: number): void =>
    getGauge(context.registry, `prometheus_target_${name}`, help, poolNames).set(poolLabels, value);

  getGauge(
    context.registry,
    'prometheus_scrape_targets_gauge',
    'Number of targets this component is configured to scrape',
    COMPONENT_LABELS,
  ).set(labels, targets.configured);
  setLevel('scrape_pool_targets', 'Current number of targets in this scrape pool.', targets.scraped);
  setLevel('scrape_pool_target_limit', 'Maximum number of targets allowed in this scrape pool.', targets.limit);
  getCounter(
    context.registry,
    'prometheus_target_sync_failed_total',
    'Total number of target sync failures.',
    poolNames,
  ).inc(poolLabels, targets.invalid);
  count(
    'scrape_pool_exceeded_target_limit_total',
    'Total number of times scrape pools hit the target limit, during sync or config reload.',
  )(targets.limit > 0 && targets.scraped > targets.limit ? 1 : 0);

  const exceeded: Readonly<Record<ScrapeLimit, (by: number) => void>> = {
    samples: count(
      'scrapes_exceeded_sample_limit_total',
      'Total number of scrapes that hit the sample limit and were rejected.',
    ),
    labels: count(
      'scrape_pool_exceeded_label_limits_total',
      'Total number of times scrape pools hit the label limits, during sync or config reload.',
    ),
    body: count('scrapes_exceeded_body_size_limit_total', 'Total number of scrapes that hit the body size limit'),
  };
  return {
    exceeded: (limit: ScrapeLimit) => exceeded[limit](1),
    duplicates: count(
      'scrapes_sample_duplicate_timestamp_total',
      'Total number of samples rejected due to duplicate timestamps but different values.',
    ),
    outOfBounds: count(
      'scrapes_sample_out_of_bounds_total',
      'Total number of samples rejected due to timestamp falling outside of the time bounds.',
    ),
  };
}
