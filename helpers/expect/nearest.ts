import { distance } from 'fastest-levenshtein';
import type { Labels } from '../clients/prometheus.ts';
import { findSeries } from '../clients/prometheus.ts';
import { searchTraces } from '../clients/tempo.ts';
import type { Nearest } from '../findings/evidence.ts';
import type { Run } from '../run/run.ts';
import { formatMatchers } from './promql.ts';

type RunAccess = Pick<Run, 'id' | 'access' | 'seriesMark' | 'seriesWindow'>;

const MAX_NEAREST = 3;

/** Metrics of every job: that another job has one proves nothing. */
const OF_EVERY_JOB = /^(up|scrape_.*)?$/;

/**
 * The other labels with which the metric exists, or else the metrics with these labels that have the most similar names.
 * Undefined if the series itself exists.
 */
export async function findNearestSeries(run: RunAccess, metric: string, wanted: Labels): Promise<Nearest | undefined> {
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

/** Whether the metric has arrived in this run, but not with this job and instance: then it is not late but misplaced. */
export async function isMisplaced(run: RunAccess, metric: string, { job, instance }: Labels): Promise<boolean> {
  if (OF_EVERY_JOB.test(metric) || metric.includes('|')) return false;
  const found = await findRunSeries(run, { __name__: metric });
  return found.length > 0 && !found.some((labels) => labels.job === job && labels.instance === instance);
}

/** The traces of this run that did arrive. */
export async function findOtherTraces({ id, access }: RunAccess): Promise<Nearest> {
  const [example, ...more] = await searchTraces(access.tempo, `{resource.service.instance.id=${JSON.stringify(id)}}`);
  if (example === undefined) return { kind: 'no traces' };
  return { kind: 'other traces', count: 1 + more.length, example };
}

function findRunSeries({ access, seriesMark, seriesWindow }: RunAccess, labels: Labels): Promise<Labels[]> {
  return findSeries(access.prometheus, `{${formatMatchers({ ...labels, ...seriesMark })}}`, seriesWindow);
}

/** The labels of a series that were asked for, as text and as they are. */
function describePlace(found: Labels, wanted: Labels): [text: string, labels: Labels] {
  const labels = Object.fromEntries(Object.keys(wanted).map((name) => [name, found[name] ?? '']));
  return [formatMatchers(labels), labels];
}

function sortByDistance(texts: readonly string[], wanted: string): string[] {
  return [...texts].sort((a, b) => distance(a, wanted) - distance(b, wanted)).slice(0, MAX_NEAREST);
}
