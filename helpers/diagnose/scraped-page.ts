/** What the page that a scrape reads has of a metric. */
import type { ScrapeTarget } from '../clients/alloy-graph.ts';
import { getPage } from '../clients/page.ts';
import type { Labels } from '../clients/prometheus.ts';
import { readSamples } from '../clients/text-format.ts';
import type { SourcePage } from '../flow/samples-stop.ts';
import type { Stop } from '../flow/stops.ts';
import type { AlloyEndpoint, Run } from '../run/run.ts';

const TIMEOUT_MS = 2000;

/** The page of a target, with the metric that was asked for. */
export type ScrapedPage = SourcePage & {
  readonly metric: string;
  /** The names of all metrics on it, each once. */
  readonly names: readonly string[];
};

/** Reads the page of the target whose samples stop there; undefined where it is not one target, or can't be read from here. */
export async function readScrapedPage(
  { alloy }: Pick<Run, 'alloy'>,
  stop: Stop,
  metric: string,
): Promise<ScrapedPage | undefined> {
  const [target, ...others] = stop.of === 'samples' ? stop.route.targets : [];
  if (target === undefined || others.length > 0) return undefined;
  const all = await readPageOf(alloy, target);
  const series = all.filter(({ __name__ }) => __name__ === metric);
  return { url: target.url, metric, series, names: [...new Set(all.map(({ __name__ = '' }) => __name__))] };
}

/** How long a page counts as read: criteria that wait side by side look at the same ones. */
const FRESH_MS = 500;
const pages = new Map<string, { readonly readAt: number; readonly series: Promise<readonly Labels[]> }>();

/** The series on the page of a target, with the labels of the target. Throws if it can't be read from here. */
export async function readPageOf(alloy: Pick<AlloyEndpoint, 'url'>, target: ScrapeTarget): Promise<readonly Labels[]> {
  const key = JSON.stringify([alloy.url, target.url, target.labels]);
  const last = pages.get(key);
  if (last !== undefined && performance.now() - last.readAt < FRESH_MS) return await last.series;
  const series = readSeries(alloy, target);
  pages.set(key, { readAt: performance.now(), series });
  return await series;
}

async function readSeries(alloy: Pick<AlloyEndpoint, 'url'>, target: ScrapeTarget): Promise<Labels[]> {
  const { pathname, search } = new URL(target.url);
  // The exporters inside of Alloy have an address that only Alloy knows.
  const url = pathname.includes('/api/v0/component/') ? `${alloy.url}${pathname}${search}` : target.url;
  const { status, body } = await getPage(url, TIMEOUT_MS);
  if (status !== 200) throw new Error(`${url} answers ${status}`);
  return readSamples(body).map(({ labels }) => ({ ...labels, ...target.labels }));
}
