/** Whether what Alloy has scraped arrives: each scrape that it reports, as a sample of `up` in the backend. */
import { readComponent, readGraph } from '../clients/alloy-graph.ts';
import { readRepeats } from '../clients/mock-repeats.ts';
import type { Labels, SampleRange } from '../clients/prometheus.ts';
import type { Arrival } from '../findings/evidence.ts';
import { type Flow, readFlow } from '../flow/flow.ts';
import { areTargetsKnown } from '../flow/samples-route.ts';
import { findStop } from '../flow/stops.ts';
import { findSameScrapes } from '../flow/targets.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import { computeScrapeDeadline, SLACK } from './deadlines.ts';
import type { Delivery } from './delivery.ts';
import { poll } from './poll.ts';
import type { Telemetry } from './question.ts';
import { run } from './run.ts';
import { nextScrape } from './scrape.ts';
import { samples } from './telemetry.ts';

/** Of so many, every second one that is lost shows; of one or two it may seem to be all. */
const SCRAPES = 4;
/** Where they would take longer, one has to do. */
const WATCH_FOR: Milliseconds = 4000;
/** Two looks at Alloy are a quarter of a second apart; a scrape that is not seen is not counted. */
const SLOWER = 2;

/** Between a sample and a later one of another target, which may overtake it. */
const OVERTAKING: Milliseconds = 1000;

/**
 * What becomes of the next scrapes of a target, and of the others that go the same way: four of each, or as many as there are in some
 * seconds. A push may hold the samples of one target only, so that those of another one are what a loss of every second push takes.
 * Watches Alloy while the scrapes are made. Throws `CriterionFailed` if no sample of the target arrives at all.
 */
export async function scrapeDelivery(labels: Labels): Promise<Telemetry<Delivery>> {
  await nextScrape('up', labels);
  const flow = await readFlow(run).catch(() => undefined);
  const isScrapedTwice = flow !== undefined && findSameScrapes(flow, labels) !== undefined;
  const scrapes = await watchScrapes(flow === undefined ? [labels] : listTargetsBeside(flow, labels));
  const times = scrapes.flatMap((one) => one.times);
  const oldest = Math.min(Date.now(), ...times);
  const window = Math.ceil((Date.now() - oldest + computeScrapeDeadline(run) + SLACK) / 1000) + 1;
  const source = samples('up', scrapes.length === 1 ? labels : {}, window);
  const bound = computeScrapeDeadline(run);
  const watchedUntil = Date.now();
  let ms: Milliseconds | undefined;
  return {
    subject: { kind: 'delivery', labels },
    path: 'remote write',
    deadline: Math.min(bound + SLACK, run.maxWait ?? Number.POSITIVE_INFINITY),
    ...(source.asked && { asked: source.asked }),
    // Remote write keeps the order: what is older than a sample that has arrived, and is not there, is lost.
    isFinal: ({ isSettled = false }) => isSettled,
    show: ({ signals }) => ({ kind: 'delivery', signals, bound }),
    async ask() {
      const [ranges, repeats] = await Promise.all([
        source.ask(),
        readRepeats(run.mockUrl, { __name__: 'up', ...labels, ...run.seriesMark }),
      ]);
      const again = isScrapedTwice ? Number.POSITIVE_INFINITY : repeats.reduce((sum, { count }) => sum + count, 0);
      // Those of others prove nothing where the target itself was not scraped.
      const counted = scrapes[0]?.times.length === 0 ? [] : scrapes;
      const arrivals = counted.map((one, n) => {
        const own = ranges.filter((range) => carries(range.labels, one.labels));
        return countScrapes(one.times, own, n === 0 ? again : 0, run.intervals.scrape);
      });
      const sum = (read: (arrival: Arrival) => number) => arrivals.reduce((total, one) => total + read(one), 0);
      const arrival = {
        emitted: sum((one) => one.emitted),
        arrived: sum((one) => one.arrived),
        twice: sum((one) => one.twice),
      };
      if (arrival.arrived === arrival.emitted) ms ??= Date.now() - watchedUntil;
      const newest = Math.max(0, ...ranges.flatMap((range) => range.samples.map(({ time }) => time * 1000)));
      return {
        signals: { samples: { ...arrival, ...(ms !== undefined && { ms }) } },
        bound,
        isSettled: newest > Math.max(0, ...times) + run.intervals.scrape + OVERTAKING,
      };
    },
  };
}

function carries(has: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => has[name] === value);
}

/** The labels of a target, and of those whose samples leave Alloy through the same remote write, as its pipeline tells. */
function listTargetsBeside(flow: Flow, labels: Labels): Labels[] {
  // Without a mark of the run, those of another Alloy look the same.
  if (run.seriesMark === undefined || !areTargetsKnown(flow)) return [labels];
  // A scrape that fails has a sample of `up` as well.
  const components = flow.components.map((one) => ({
    ...one,
    targets: one.targets.map((target) => ({ ...target, error: '' })),
  }));
  const listEnds = (of: Labels) => {
    const stop = findStop(
      { ...flow, components },
      { kind: 'scraped metric', expression: 'up', metric: 'up', labels: of },
    );
    return stop?.of === 'samples' && stop.at === 'beyond Alloy' ? stop.route.ends : [];
  };
  const ends = listEnds(labels);
  const targets = flow.components.flatMap(({ name, targets }) => (name === 'prometheus.scrape' ? targets : []));
  const beside = targets.flatMap(({ labels: { job = '', instance = '' } }): Labels[] => {
    const isOther = job !== '' && instance !== '' && !carries(labels, { job, instance });
    const goesThere = isOther && listEnds({ job, instance }).some(({ id }) => ends.some((end) => end.id === id));
    return goesThere ? [{ job, instance }] : [];
  });
  return [labels, ...beside];
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

/** The scrapes of a target that Alloy reported while it was watched. */
type Scrapes = { readonly labels: Labels; readonly times: readonly Milliseconds[] };

/** The next scrapes of these targets, as Alloy reports them; none where it reports no such target. */
async function watchScrapes(targets: readonly Labels[]): Promise<Scrapes[]> {
  const watched = targets.map((labels) => ({
    labels,
    first: undefined as Milliseconds | undefined,
    times: new Set<Milliseconds>(),
  }));
  const [main] = watched;
  let components: string[] = [];
  const look = async () => {
    if (components.length === 0) {
      const graph = await readGraph(run.alloy);
      components = graph
        .filter((one) => one.name === 'prometheus.scrape' && one.targets.length > 0)
        .map(({ id }) => id);
    }
    const found = (await Promise.all(components.map((id) => readComponent(run.alloy, id)))).flatMap(
      (one) => one.targets,
    );
    for (const target of watched) {
      const time = found.find(({ labels }) => carries(labels, target.labels))?.scrapedAt ?? 0;
      target.first ??= time;
      if (time > target.first) target.times.add(time);
    }
  };
  const enough = run.intervals.scrape * SCRAPES <= WATCH_FOR ? SCRAPES : 1;
  // A look that fails has seen nothing: whether Alloy still runs is not the question here.
  await poll(
    async () => {
      await look();
      return { holds: (main?.times.size ?? 0) >= enough, seen: { kind: 'nothing' }, value: undefined };
    },
    computeScrapeDeadline(run),
    { slower: SLOWER },
  );
  return watched.map(({ labels, times }) => ({ labels, times: [...times] }));
}
