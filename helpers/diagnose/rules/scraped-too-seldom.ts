import { listHolds } from '../../flow/hold.ts';
import { locate } from '../../flow/place.ts';
import { createRule } from '../rule.ts';

/**
 * The interval of the scrape is longer than a criterion waits.
 *
 * `prometheus.scrape.postgres scrapes every 10m (grafana-alloy/config.alloy:72), which is longer than the criteria wait`
 */
export const scrapedTooSeldom = createRule('scraped too seldom', ({ flow, stop, evidence, run }) => {
  if (flow === undefined || stop === undefined || evidence.kind !== 'observation') return undefined;
  const hold = listHolds(stop).find(({ component }) => component.name === 'prometheus.scrape');
  if (hold === undefined || hold.duration <= Math.max(evidence.elapsedMs, run.intervals.scrape)) return undefined;
  return { place: locate(flow, hold.component, ...hold.path), interval: hold.text };
});
