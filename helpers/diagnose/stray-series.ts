/** Series that are scraped with the labels which all are to have, and sent with others. */
import type { Condition } from '../findings/evidence.ts';
import { followSeries } from '../flow/samples-stop.ts';
import type { Stop } from '../flow/stops.ts';
import type { Run } from '../run/run.ts';
import { readPageOf } from './scraped-page.ts';

/** Where the first such series gets another label, for a question whether all series have it; undefined where none does. */
export async function findStray(
  { alloy }: Pick<Run, 'alloy'>,
  stop: Stop,
  condition: Condition | undefined,
): Promise<Stop | undefined> {
  if (condition?.kind !== 'labels' || stop.of !== 'samples' || stop.at !== 'beyond Alloy') return undefined;
  const [target, ...others] = stop.route.targets;
  if (target === undefined || others.length > 0) return undefined;
  for (const series of await readPageOf(alloy, target).catch(() => [])) {
    const found = followSeries(stop.route, series, Object.keys(condition.labels), true);
    if (found?.at === 'relabelled') return { ...found, of: stop.of, labels: stop.labels, route: stop.route };
  }
  return undefined;
}
