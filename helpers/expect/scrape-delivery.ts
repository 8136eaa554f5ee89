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
/** A busy machine is watched for longer: of one or two, every second one may seem to be all. */
const MIN_SCRAPES = 4;
/** Between two looks at Alloy; a scrape that is not seen is not counted. */
const LOOK: Milliseconds = 100;

/**
 * What becomes of the next scrapes of a target: ten, or as many as there are in some seconds. Watches Alloy while they are made.
 * Throws `CriterionFailed` if no sample arrives at all.
 */
export async function scrapeDelivery(labels: Labels): Promise<Telemetry<Delivery>> {
  await nextScrape('up', labels);
  const times = await watchScrapes(labels);
  const window =
    Math.ceil((Date.now() - Math.min(Date.now(), ...times) + computeScrapeDeadline(run) + SLACK) / 1000) + 1;
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
        isSettled: newest > Math.max(0, ...times) + run.intervals.scrape / 2,
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

/** The times of the next scrapes of the target with these labels, as Alloy reports them; none where it reports no such target. */
async function watchScrapes(labels: Labels): Promise<Milliseconds[]> {
  const isWanted = ({ labels: has }: ScrapeTarget) =>
    Object.entries(labels).every(([name, value]) => has[name] === value);
  const times = new Set<Milliseconds>();
  let scrape: string | undefined;
  let first: Milliseconds | undefined;
  const look = async () => {
    scrape ??= (await readGraph(run.alloy)).find(({ targets }) => targets.some(isWanted))?.id;
    if (scrape === undefined) return;
    const time = (await readComponent(run.alloy, scrape)).targets.find(isWanted)?.scrapedAt ?? 0;
    first ??= time;
    if (time > first) times.add(time);
  };
  const enough = run.intervals.scrape * MIN_SCRAPES <= WATCH_FOR ? MIN_SCRAPES : 1;
  const began = performance.now();
  const isOver = () => performance.now() - began > (times.size < enough ? computeScrapeDeadline(run) : WATCH_FOR);
  while (times.size < MAX_SCRAPES && !isOver()) {
    // A look that fails has seen nothing: whether Alloy still runs is not the question here.
    await look().catch(() => undefined);
    await sleep(LOOK);
  }
  return [...times];
}
