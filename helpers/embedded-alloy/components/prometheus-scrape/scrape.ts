import { describeIgnored } from '../../identity.ts';
import { describeError } from '../../language/describe-error.ts';
import { redactUrl } from '../../pipeline/http/failure.ts';
import { createPrometheusClient } from '../../pipeline/http/prometheus-client.ts';
import { findPages, type Page } from '../../pipeline/in-process-pages.ts';
import { buildComponentLabels, COMPONENT_LABELS, getGauge } from '../../pipeline/instruments.ts';
import { sortLabels } from '../../pipeline/relabel/labels.ts';
import type { ScrapedSample, SeriesLabels } from '../../schema/capsules.ts';
import type { ComponentContext, Instance } from '../../schema/component.ts';
import type { ScrapeArgs } from './block.ts';
import { createPageFetcher, type PageFetcher } from './fetch-page.ts';
import { createScrapeLoop, type ScrapeLoop } from './scrape-loop.ts';
import { completeTarget, type Target } from './target.ts';
import { createTargetSeries, type ScrapeResult } from './target-series.ts';

/**
 * `prometheus.scrape`: fetches the pages of its targets at their interval and forwards their series with the labels of
 * the target, the `up` and `scrape_…` series of each scrape, and stale markers for series that have disappeared.
 */
export function createScrape(args: ScrapeArgs, context: ComponentContext): Instance {
  warnAboutIgnored(args, context);
  const client = createPrometheusClient(args, 'prometheus.scrape');
  const fetchPage = createPageFetcher(args, client, findPages(context.registry));
  const forwardTo = args.forward_to.flatMap((receiver) => receiver?.consumer ?? []);
  const forward = (samples: readonly ScrapedSample[]): void => {
    for (const consumer of forwardTo) {
      consumer(samples);
    }
  };
  const targets = completeTargets(args, context);
  const overLimit =
    args.target_limit > 0 && targets.length > args.target_limit
      ? new Error(`target_limit exceeded (number of targets: ${targets.length}, limit: ${args.target_limit})`)
      : undefined;
  const fetcher: PageFetcher = overLimit === undefined ? fetchPage : () => Promise.reject(overLimit);
  const loops = targets.map((target) => scrapeTarget(target, args, context, fetcher, forward));
  getGauge(
    context.registry,
    'prometheus_scrape_targets_gauge',
    'Number of targets this component is configured to scrape',
    COMPONENT_LABELS,
  ).set(buildComponentLabels(context), targets.length);
  return {
    exports: {},
    start: async () => {
      for (const loop of loops) {
        loop.start();
      }
      context.setHealth({ state: 'healthy', message: 'started component' });
    },
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop()));
      await client.close();
    },
  };
}

/** The valid targets, without duplicates. */
function completeTargets(args: ScrapeArgs, context: ComponentContext): Target[] {
  const targets = new Map<string, Target>();
  for (const discovered of args.targets) {
    try {
      const target = completeTarget(discovered, args, context.id);
      targets.set(JSON.stringify([target.url, target.labels]), target);
    } catch (error) {
      context.log('error', 'Creating target failed', { err: describeError(error) });
    }
  }
  return [...targets.values()];
}

function scrapeTarget(
  target: Target,
  args: ScrapeArgs,
  context: ComponentContext,
  fetchPage: PageFetcher,
  forward: (samples: readonly ScrapedSample[]) => void,
): ScrapeLoop {
  const series = createTargetSeries(target, args);
  const report = createReport(target, args);
  const about = {
    scrape_pool: args.job_name === '' ? context.id : args.job_name,
    target: redactUrl(target.url),
  };
  const scrape = async (timestamp: number, ending: AbortSignal): Promise<void> => {
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
    }
    const seconds = (performance.now() - start) / 1000;
    const bodyBytes = page?.body.length ?? (error?.message === 'body size limit exceeded' ? -1 : 0);
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
