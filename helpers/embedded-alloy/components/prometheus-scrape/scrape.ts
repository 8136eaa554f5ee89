import { describeIgnored } from '../../identity.ts';
import { describeError } from '../../language/describe-error.ts';
import { createForwarder } from '../../pipeline/forward-samples.ts';
import { redactUrl } from '../../pipeline/http/failure.ts';
import { createPrometheusClient } from '../../pipeline/http/prometheus-client.ts';
import { findPages, type Page } from '../../pipeline/in-process-pages.ts';
import { sortLabels } from '../../pipeline/relabel/labels.ts';
import type { MetricsConsumer, ScrapedSample, SeriesLabels } from '../../schema/capsules.ts';
import type { ComponentContext, Instance } from '../../schema/component.ts';
import type { ScrapeArgs } from './block.ts';
import { createPageFetcher, type PageFetcher } from './fetch-page.ts';
import { LimitError } from './limit-error.ts';
import { createScrapeLoop, type ScrapeLoop } from './scrape-loop.ts';
import { createScrapeMetrics, type TargetCounts } from './scrape-metrics.ts';
import { completeTarget, type Target } from './target.ts';
import { createTargetSeries, type ScrapeResult } from './target-series.ts';
import { createTargetStatus, type TargetStatus } from './target-status.ts';

/**
 * `prometheus.scrape`: fetches the pages of its targets at their interval and forwards their series with the labels of
 * the target, the `up` and `scrape_…` series of each scrape, and stale markers for series that have disappeared.
 */
export function createScrape(args: ScrapeArgs, context: ComponentContext): Instance {
  warnAboutIgnored(args, context);
  const client = createPrometheusClient(args, 'prometheus.scrape');
  const fetchPage = createPageFetcher(args, client, findPages(context.registry));
  const job = args.job_name === '' ? context.id : args.job_name;
  const { targets, counts } = completeTargets(args, context);
  const pool: ScrapePool = {
    args,
    context,
    job,
    metrics: createScrapeMetrics(context, job, counts),
    forward: createForwarder(args.forward_to, context),
  };
  const overLimit =
    args.target_limit > 0 && targets.length > args.target_limit
      ? new Error(`target_limit exceeded (number of targets: ${targets.length}, limit: ${args.target_limit})`)
      : undefined;
  const fetcher: PageFetcher = overLimit === undefined ? fetchPage : () => Promise.reject(overLimit);
  const scraped = targets.map((target) => {
    const status = createTargetStatus(target, job);
    return { status, loop: scrapeTarget(pool, target, fetcher, status) };
  });
  return {
    exports: {},
    debugInfo: () => scraped.map(({ status }) => status.describe()),
    start: async () => {
      for (const { loop } of scraped) {
        loop.start();
      }
      context.setHealth({ state: 'healthy', message: 'started component' });
    },
    stop: async () => {
      await Promise.all(scraped.map(({ loop }) => loop.stop()));
      await client.close();
    },
  };
}

/** The valid targets, without duplicates, and how many there are of each kind. */
function completeTargets(
  args: ScrapeArgs,
  context: ComponentContext,
): { readonly targets: readonly Target[]; readonly counts: TargetCounts } {
  const targets = new Map<string, Target>();
  const configured = new Map(args.targets.map((discovered) => [identify(discovered), discovered]));
  let invalid = 0;
  for (const discovered of configured.values()) {
    try {
      const target = completeTarget(discovered, args, context.id);
      targets.set(JSON.stringify([target.url, target.labels]), target);
    } catch (error) {
      invalid++;
      context.log('error', 'Creating target failed', { err: describeError(error) });
    }
  }
  return {
    targets: [...targets.values()],
    counts: { configured: configured.size, scraped: targets.size, invalid, limit: args.target_limit },
  };
}

/** Targets are the same if they differ in discovery metadata only. */
function identify(discovered: Readonly<Record<string, string>>): string {
  const labels = Object.entries(discovered).filter(([name]) => !name.startsWith('__meta_'));
  return JSON.stringify(sortLabels(labels));
}

/** What the targets of a component share. */
type ScrapePool = {
  readonly args: ScrapeArgs;
  readonly context: ComponentContext;
  readonly job: string;
  readonly metrics: ReturnType<typeof createScrapeMetrics>;
  readonly forward: MetricsConsumer;
};

function scrapeTarget(pool: ScrapePool, target: Target, fetchPage: PageFetcher, status: TargetStatus): ScrapeLoop {
  const { args, context, metrics, forward } = pool;
  const series = createTargetSeries(target, args);
  const report = createReport(target, args);
  const about = { scrape_pool: pool.job, target: redactUrl(target.url) };
  const scrape = async (timestamp: number, ending: AbortSignal): Promise<void> => {
    const startedAt = Date.now();
    const start = performance.now();
    let page: Page | undefined;
    let appended: ScrapeResult;
    let error: Error | undefined;
    try {
      page = await fetchPage(target, AbortSignal.any([ending, AbortSignal.timeout(target.timeoutMs)]));
    } catch (thrown) {
      error = thrown instanceof Error ? thrown : new Error(String(thrown));
    }
    if (ending.aborted) {
      return;
    }
    if (page === undefined) {
      context.log('debug', 'Scrape failed', { ...about, err: describeError(error) });
      appended = series.fail(timestamp);
    } else {
      appended = series.append(page, timestamp);
      error = appended.error;
      logAppended(appended, about, context);
      metrics.duplicates(appended.duplicates);
      metrics.outOfBounds(appended.outOfBounds);
    }
    const exceeded = error instanceof LimitError ? error.limit : undefined;
    if (exceeded !== undefined) {
      metrics.exceeded(exceeded);
    }
    const seconds = (performance.now() - start) / 1000;
    const bodyBytes = page?.body.length ?? (exceeded === 'body' ? -1 : 0);
    status.report(startedAt, seconds, error);
    forward([...appended.samples, ...report(timestamp, error === undefined, seconds, appended, bodyBytes)]);
  };
  return createScrapeLoop(`${context.id} ${target.url}`, target.intervalMs, scrape);
}

function logAppended(appended: ScrapeResult, about: Readonly<Record<string, string>>, context: ComponentContext): void {
  if (appended.error !== undefined) {
    context.log('debug', 'Append failed', { ...about, err: appended.error.message });
  }
  if (appended.duplicates > 0) {
    context.log('warn', 'Error on ingesting samples with different value but same timestamp', {
      ...about,
      num_dropped: appended.duplicates,
    });
  }
  if (appended.outOfBounds > 0) {
    context.log('warn', 'Error on ingesting samples that are too old or are too far into the future', {
      ...about,
      num_dropped: appended.outOfBounds,
    });
  }
}

/**
 * The series that Prometheus adds to each scrape ("Jobs and instances: Automatically generated labels and time
 * series").
 */
function createReport(target: Target, args: ScrapeArgs) {
  const nameSeries = (name: string): SeriesLabels => sortLabels([...target.labels, ['__name__', name]]);
  const names = {
    up: nameSeries('up'),
    duration: nameSeries('scrape_duration_seconds'),
    scraped: nameSeries('scrape_samples_scraped'),
    kept: nameSeries('scrape_samples_post_metric_relabeling'),
    added: nameSeries('scrape_series_added'),
    timeout: nameSeries('scrape_timeout_seconds'),
    limit: nameSeries('scrape_sample_limit'),
    bytes: nameSeries('scrape_body_size_bytes'),
  };
  return (
    timestamp: number,
    healthy: boolean,
    seconds: number,
    appended: ScrapeResult,
    bodyBytes: number,
  ): readonly ScrapedSample[] => {
    const values: (readonly [SeriesLabels, number])[] = [
      [names.up, healthy ? 1 : 0],
      [names.duration, seconds],
      [names.scraped, appended.scraped],
      [names.kept, appended.kept],
      [names.added, appended.seriesAdded],
    ];
    if (args.extra_metrics) {
      values.push([names.timeout, target.timeoutMs / 1000], [names.limit, args.sample_limit], [names.bytes, bodyBytes]);
    }
    return values.map(([labels, value]) => ({ labels, value, timestamp }));
  };
}

function warnAboutIgnored(args: ScrapeArgs, context: ComponentContext): void {
  const protobuf = args.enable_protobuf_negotiation || args.scrape_protocols.includes('PrometheusProto');
  const unsupported = [
    protobuf && 'the protobuf exposition format',
    args.scrape_native_histograms && 'scrape_native_histograms',
    args.convert_classic_histograms_to_nhcb && 'convert_classic_histograms_to_nhcb',
    args.honor_metadata && 'honor_metadata',
    args.enable_type_and_unit_labels && 'enable_type_and_unit_labels',
    args.clustering.enabled && 'clustering',
    args.scrape_failure_log_file !== '' && 'scrape_failure_log_file',
  ].filter((name) => name !== false);
  if (unsupported.length > 0) {
    context.log('warn', describeIgnored(`${unsupported.join(', ')} of prometheus.scrape`));
  }
}
