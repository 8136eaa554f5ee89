/** What the page that a scrape reads has of a metric. */
import { getPage } from '../clients/page.ts';
import type { Labels } from '../clients/prometheus.ts';
import { readSamples } from '../clients/text-format.ts';
import type { SourcePage } from '../flow/samples-stop.ts';
import type { Stop } from '../flow/stops.ts';
import type { Run } from '../run/run.ts';

const TIMEOUT_MS = 2000;

/** Reads the page of the target whose samples stop there; undefined where it is not one target, or can't be read from here. */
export async function readScrapedPage(
  { alloy }: Pick<Run, 'alloy'>,
  stop: Stop,
  metric: string,
): Promise<SourcePage | undefined> {
  const [target, ...others] = stop.of === 'samples' ? stop.route.targets : [];
  if (target === undefined || others.length > 0 || !URL.canParse(target.url)) return undefined;
  const { pathname } = new URL(target.url);
  // The exporters inside of Alloy have an address that only Alloy knows.
  const url = pathname.includes('/api/v0/component/') ? `${alloy.url}${pathname}` : target.url;
  const { status, body } = await getPage(url, TIMEOUT_MS);
  if (status !== 200) return undefined;
  const series = readSamples(body).filter(({ labels }) => labels.__name__ === metric);
  return { url: target.url, series: series.map(({ labels }): Labels => ({ ...labels, ...target.labels })) };
}
