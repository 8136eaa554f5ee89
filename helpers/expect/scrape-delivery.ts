/** Whether what Alloy has scraped arrives: each scrape that it reports, as a sample of `up` in the backend. */
import { setTimeout as sleep } from 'node:timers/promises';
import { readComponent, readGraph, type ScrapeTarget } from '../clients/alloy-graph.ts';
import { readRepeats } from '../clients/mock-repeats.ts';
import type { Labels, SampleRange } from '../clients/prometheus.ts';
import type { Arrival } from '../findings/evidence.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import { computeScrapeDeadline, SLACK } from './deadlines.ts';
import type { Delivery } from './delivery.ts';
import type { Telemetry } from './question.ts';
import { run } from './run.ts';
import { nextScrape } from './scrape.ts';
import { samples } from './telemetry.ts';

/** One that is lost in ten shows, if they don't take too long. */
const MAX_SCRAPES = 10;
const WATCH_FOR: Milliseconds = 6000;
/** Between two looks at Alloy; a scrape that is not seen is not counted. */
const LOOK: Milliseconds = 100;

/**
 * What becomes of the next scrapes of a target: ten, or as many as there are in some seconds. Watches Alloy while they are made.
 * Throws `CriterionFailed` if no sample arrives at all.
 */
export async function scrapeDelivery(labels: Labels): Promise<Telemetry<Delivery>> {
  await nextScrape('up', labels);
  const times = await watchScrapes(labels);
  const window = Math.ceil((Date.now() - Math.min(...times) + computeScrapeDeadline(run) + SLACK) / 1000) + 1;
  const source = samples('up', labels, window);
  const bound = computeScrapeDeadline(run);
  const watchedUntil = Date.now();
  let ms: Milliseconds | undefined;
  return {
    subject: { kind: 'delivery', labels },
    path: 'remote write',
    deadline: Math.min(bound + SLACK, run.maxWait ?? Number.POSITIVE_INFINITY),
    ...(source.asked && { asked: source.asked }),
    // Remote write keeps the order of a series: what is older than a sample that has arrived, and is not there, is lost.
    isFinal: ({ isSettled = false }) => isSettled,
    show: ({ signals }) => ({ kind: 'delivery', signals, bound }),
    async ask() {
      const [ranges, repeats] = await Promise.all([
        source.ask(),
        readRepeats(run.mockUrl, { __name__: 'up', ...labels, ...run.seriesMark }),
      ]);
      const again = repeats.reduce((sum, { count }) => sum + count, 0);
      const arrival = countScrapes(times, ranges, again, run.intervals.scrape);
      if (arrival.arrived === arrival.emitted) ms ??= Date.now() - watchedUntil;
      const newest = Math.max(0, ...ranges.flatMap((range) => range.samples.map(({ time }) => time * 1000)));
      return {
        signals: { samples: { ...arrival, ...(ms !== undefined && { ms }) } },
        bound,
        isSettled: newest > Math.max(...times) + run.intervals.scrape / 2,
      };
    },
  };
}

/** How many of the scrapes at these times are among the samples, of which `again` came more than once. */
export function countScrapes(
  times: readonly Milliseconds[],
  ranges: readonly SampleRange[],
  again: number,
  interval: Milliseconds,
): Arrival {
  const found = ranges.flatMap((range) => range.samples.map(({ time }) => time * 1000));
  // A sample has the time at which the scrape was due.
  const at = (time: Milliseconds) => found.filter((one) => Math.abs(one - time) < interval / 2);
  const arrived = times.filter((time) => at(time).length > 0).length;
  return { emitted: times.length, arrived, twice: Math.min(again, arrived) };
}

/** The times of the next scrapes of the target with these labels, as Alloy reports them. */
async function watchScrapes(labels: Labels): Promise<Milliseconds[]> {
  const isWanted = ({ labels: has }: ScrapeTarget) =>
    Object.entries(labels).every(([name, value]) => has[name] === value);
  const components = await readGraph(run.alloy);
  const scrape = components.find(({ targets }) => targets.some(isWanted));
  if (scrape === undefined) throw new Error(`Alloy reports no target with ${JSON.stringify(labels)}`);
  const readTime = async () => (await readComponent(run.alloy, scrape.id)).targets.find(isWanted)?.scrapedAt ?? 0;
  const first = await readTime();
  const times = new Set<Milliseconds>();
  const began = performance.now();
  const isOver = () => performance.now() - began > (times.size === 0 ? computeScrapeDeadline(run) : WATCH_FOR);
  while (times.size < MAX_SCRAPES && !isOver()) {
    const time = await readTime();
    if (time > first) times.add(time);
    await sleep(LOOK);
  }
  return [...times];
}
