/** When what was asked for is not there: what is, so that a wrong label or name is seen at a glance. */
import { distance } from 'fastest-levenshtein';
import type { Labels } from '../clients/prometheus.ts';
import { findSeries } from '../clients/prometheus.ts';
import { searchTraces } from '../clients/tempo.ts';
import type { Nearest } from '../findings/evidence.ts';
import type { Run } from '../run/run.ts';
import { formatMatchers } from './promql.ts';

type Asked = Pick<Run, 'id' | 'access' | 'seriesMark' | 'seriesWindow'>;

const MAX_NEAREST = 3;

/** Every job has these, so that another job has one says nothing. */
const OF_EVERY_JOB = /^(up|scrape_.*)?$/;

/**
 * Where the metric exists under other labels, or else which names under these labels come nearest; undefined where the
 * series that was asked for exists.
 */
export async function findNearestSeries(run: Asked, metric: string, wanted: Labels): Promise<Nearest | undefined> {
  const sameMetric = await findRunSeries(run, { __name__: metric });
  const places = new Map(sameMetric.map((found) => describePlace(found, wanted)));
  const place = formatMatchers(wanted);
  if (places.has(place)) return undefined;
  if (places.size > 0 && !OF_EVERY_JOB.test(metric)) {
    const found = sortByDistance([...places.keys()], place).map((key) => places.get(key) ?? {});
    return { kind: 'other labels', metric, wanted, found };
  }
  const sameLabels = await findRunSeries(run, wanted);
  const others = [...new Set(sameLabels.map(({ __name__ = '' }) => __name__))];
  if (others.length === 0) return { kind: 'no series', labels: wanted };
  const nearest = sortByDistance(others, metric);
  return { kind: 'other names', metric, labels: wanted, count: others.length, names: nearest };
}

/** Whether this run has the metric, and none of its series under this job and instance: then it is not late but misplaced. */
export async function isMisplaced(run: Asked, metric: string, { job, instance }: Labels): Promise<boolean> {
  if (OF_EVERY_JOB.test(metric) || metric.includes('|')) return false;
  const found = await findRunSeries(run, { __name__: metric });
  return found.length > 0 && !found.some((labels) => labels.job === job && labels.instance === instance);
}

/** The traces that this run did deliver. */
export async function findOtherTraces({ id, access }: Asked): Promise<Nearest> {
  const [example, ...more] = await searchTraces(access.tempo, `{resource.service.instance.id=${JSON.stringify(id)}}`);
  if (example === undefined) return { kind: 'no traces' };
  return { kind: 'other traces', count: 1 + more.length, example };
}

function findRunSeries({ access, seriesMark, seriesWindow }: Asked, labels: Labels): Promise<Labels[]> {
  return findSeries(access.prometheus, `{${formatMatchers({ ...labels, ...seriesMark })}}`, seriesWindow);
}

/** Those labels of a series that were asked for, under their text. */
function describePlace(found: Labels, wanted: Labels): [text: string, labels: Labels] {
  const labels = Object.fromEntries(Object.keys(wanted).map((name) => [name, found[name] ?? '']));
  return [formatMatchers(labels), labels];
}

function sortByDistance(texts: readonly string[], wanted: string): string[] {
  return [...texts].sort((a, b) => distance(a, wanted) - distance(b, wanted)).slice(0, MAX_NEAREST);
}
