import { readText } from '../../clients/alloy-graph.ts';
import { locate } from '../../flow/place.ts';
import { parseDuration } from '../../settings/duration.ts';
import { createRule } from '../rule.ts';

/** What Alloy scrapes at where nothing is set. */
const DEFAULT_INTERVAL = '60s';

/**
 * The interval of the scrape is longer than a criterion waits.
 *
 * `prometheus.scrape.postgres scrapes every 10m (grafana-alloy/config.alloy:72), which is longer than the criteria wait`
 */
export const scrapedTooSeldom = createRule('scraped too seldom', ({ flow, stop, evidence, run }) => {
  if (flow === undefined || stop?.of !== 'samples' || evidence.kind !== 'observation') return undefined;
  // A scrape that has failed while the stack was starting is not tried again for as long.
  const isPossible = ['not scraped', 'scrape failed', 'nothing written', 'beyond Alloy'].includes(stop.at);
  const [scrape] = stop.route.scrapes;
  if (scrape === undefined || !isPossible) return undefined;
  const interval = readText(scrape.settings, 'scrape_interval') ?? DEFAULT_INTERVAL;
  const milliseconds = parseDuration(interval) ?? 0;
  if (milliseconds <= Math.max(evidence.elapsedMs, run.intervals.scrape)) return undefined;
  return { place: locate(flow, scrape, 'scrape_interval'), interval };
});
