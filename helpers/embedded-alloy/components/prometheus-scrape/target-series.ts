import { readPage } from '../../pipeline/exposition/read-page.ts';
import type { ExposedSample } from '../../pipeline/exposition/sample.ts';
import type { Page } from '../../pipeline/in-process-pages.ts';
import type { ScrapedSample, SeriesLabels } from '../../schema/capsules.ts';
import type { ScrapeArgs } from './block.ts';
import { LimitError } from './limit-error.ts';
import { checkSeries, mergeLabels } from './sample-labels.ts';
import type { Target } from './target.ts';

/** The result of one scrape of a target. */
export type ScrapeResult = {
  /** The samples and stale markers to forward; the page's samples are rolled back if there is an `error`. */
  readonly samples: readonly ScrapedSample[];
  /** How many samples the page has, up to the broken line if there is one. */
  readonly scraped: number;
  /** How many samples are left after relabelling, duplicates included. */
  readonly kept: number;
  /** How many series are new. */
  readonly seriesAdded: number;
  /** How many samples repeat a series. */
  readonly duplicates: number;
  /** How many samples are more than ten minutes in the future. */
  readonly outOfBounds: number;
  readonly error?: Error;
};

type Series = { readonly labels: SeriesLabels; lastScrape: number };

const MAX_AHEAD_MS = 10 * 60_000;
const FORGET_AFTER = 1000;

/**
 * Tracks the series of a target from scrape to scrape: their labels, and which have disappeared and get a stale marker
 * (Prometheus, "Staleness"). A failed scrape counts as empty: all series become stale.
 */
export function createTargetSeries(target: Target, args: ScrapeArgs) {
  const known = new Map<string, Series>();
  let previous = new Set<Series>();
  let current = new Set<Series>();
  let scrape = 0;
  let successful = 0;

  const endScrape = (complete: boolean): void => {
    // Forget series here too: a target whose failing pages keep introducing new ones must not fill the memory.
    if (complete || known.size > successful * 2 + FORGET_AFTER) {
      for (const [text, series] of known) {
        if (series.lastScrape !== scrape) {
          known.delete(text);
        }
      }
    }
    if (complete) {
      successful = known.size;
    }
    [previous, current] = [current, previous];
    current.clear();
    scrape++;
  };

  const createStaleMarkers = (timestamp: number): ScrapedSample[] => {
    const markers: ScrapedSample[] = [];
    for (const series of previous) {
      if (!current.has(series)) {
        markers.push({ labels: series.labels, value: Number.NaN, timestamp, stale: true });
      }
    }
    return markers;
  };

  const append = (page: Page, timestamp: number): ScrapeResult => {
    const samples: ScrapedSample[] = [];
    const count = { scraped: 0, kept: 0, seriesAdded: 0, duplicates: 0, outOfBounds: 0 };
    const latest = Date.now() + MAX_AHEAD_MS;
    let overLimit = false;

    const take = (exposed: ExposedSample): void => {
      count.scraped++;
      const given = args.honor_timestamps ? exposed.timestamp : undefined;
      const before = known.get(exposed.series);
      const series = before ?? { labels: buildLabels(exposed, target, args), lastScrape: -1 };
      const seen = series.lastScrape === scrape;
      series.lastScrape = scrape;
      // Includes samples that are not forwarded: the count is taken after relabelling.
      count.kept++;
      if (seen && given === undefined) {
        count.duplicates++;
        return;
      }
      if (given !== undefined && given > latest) {
        count.outOfBounds++;
        return;
      }
      if (args.sample_limit > 0 && samples.length >= args.sample_limit) {
        overLimit = true;
        return;
      }
      samples.push({ labels: series.labels, value: exposed.value, timestamp: given ?? timestamp });
      if (before === undefined) {
        known.set(copyText(exposed.series), series);
        count.seriesAdded++;
      }
      if (given === undefined || args.track_timestamps_staleness) {
        current.add(series);
      }
    };

    try {
      readPage(page.body, page.contentType, args.scrape_fallback_protocol, take);
      if (overLimit) {
        throw new LimitError('sample limit exceeded', 'samples');
      }
    } catch (error) {
      const rolledBack = samples.map((sample) => ({ ...sample, rolledBack: true as const }));
      return {
        ...count,
        samples: [...rolledBack, ...fail(timestamp).samples],
        error: error instanceof Error ? error : new Error(String(error)),
      };
    }
    samples.push(...createStaleMarkers(timestamp));
    endScrape(true);
    return { ...count, samples };
  };

  const fail = (timestamp: number): ScrapeResult => {
    const samples = createStaleMarkers(timestamp);
    endScrape(false);
    return { samples, scraped: 0, kept: 0, seriesAdded: 0, duplicates: 0, outOfBounds: 0 };
  };

  return {
    /** Appends the page of a scrape at `timestamp` (milliseconds since the epoch). */
    append: (page: Page, timestamp: number): ScrapeResult =>
      page.body.length === 0 ? fail(timestamp) : append(page, timestamp),
    /** Records a scrape without a page. */
    fail,
  };
}

function buildLabels(exposed: ExposedSample, target: Target, args: ScrapeArgs): SeriesLabels {
  const labels = mergeLabels(exposed.labels, target.labels, args.honor_labels);
  checkSeries(exposed.labels, labels, args.metric_name_validation_scheme !== 'utf8', args);
  return copyText(labels);
}

/** Copies the text: a slice of a page would keep the whole page in memory for as long as the series lives. */
function copyText<Value extends string | SeriesLabels>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}
