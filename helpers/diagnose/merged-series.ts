/** Series that Prometheus refuses because Alloy sends several as one. */
import type { Labels } from '../clients/prometheus.ts';
import { type Component, countAt, type Flow } from '../flow/flow.ts';
import { findMerged, type Merged, type ScrapedSeries } from '../flow/merged-series.ts';
import type { Run } from '../run/run.ts';
import type { LogLine } from './alloy-log.ts';
import { readPageOf } from './scraped-page.ts';
import { listSendErrors } from './send-errors.ts';

/** What Prometheus and Mimir say of a second sample of a series and a time. */
export const IS_DUPLICATE = /out.of.order|too.old|duplicate.*timestamp|same timestamp/i;

/** More pages are not read. */
const MAX_TARGETS = 20;

/** A remote write whose samples are refused, and the series on the pages that Alloy scrapes which it sends as one. */
export type MergedSeries = { readonly write: Component; readonly merged: Merged };

/** Finds them for the first remote write that has failed, where its log does not say that it failed for another reason. */
export async function findMergedSeries(
  run: Run,
  flow: Flow,
  alloyLog: readonly LogLine[],
): Promise<MergedSeries | undefined> {
  const failed = flow.components.filter(
    (component) =>
      component.name === 'prometheus.remote_write' &&
      countAt(flow, component, /^prometheus_remote_storage_samples_failed_total$/) > 0 &&
      mayBeDuplicate(alloyLog, component, run),
  );
  if (failed.length === 0) return undefined;
  const series = await readAllSeries(run, flow);
  for (const write of failed) {
    const merged = findMerged(flow, write, series);
    if (merged !== undefined) return { write, merged };
  }
  return undefined;
}

function mayBeDuplicate(alloyLog: readonly LogLine[], write: Component, { startedAt }: Run): boolean {
  const errors = listSendErrors(alloyLog, write, startedAt).filter(({ status }) => status !== undefined);
  return errors.length === 0 || errors.some(({ reason }) => IS_DUPLICATE.test(reason));
}

/** What is on the pages of all targets, as scrapes take it, with what a scrape says of the target itself. */
async function readAllSeries({ alloy }: Run, { components }: Flow): Promise<ScrapedSeries[]> {
  const targets = components.flatMap((scrape) => scrape.targets.map((target) => ({ scrape, target })));
  const pages = await Promise.all(
    targets.slice(0, MAX_TARGETS).map(async ({ scrape, target }) => {
      const page: readonly Labels[] = await readPageOf(alloy, target).catch(() => []);
      return [{ __name__: 'up', ...target.labels }, ...page].map((labels) => ({ scrape, target: target.url, labels }));
    }),
  );
  return pages.flat();
}
