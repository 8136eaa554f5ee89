import { distance } from 'fastest-levenshtein';
import { queryLogs } from '../clients/loki.ts';
import type { Labels } from '../clients/prometheus.ts';
import { findSeries } from '../clients/prometheus.ts';
import { searchTraces } from '../clients/tempo.ts';
import type { Nearest } from '../findings/evidence.ts';
import type { Run } from '../run/run.ts';
import { formatMatchers, type LabelMatchers } from './promql.ts';

/** The backend of a run, and the label that marks the run's series. */
type SeriesAccess = Pick<Run, 'access' | 'seriesLabels' | 'seriesMark' | 'seriesWindow'>;

const MAX_NEAREST = 3;
const MAX_LINE = 200;
const MAX_SERVICES = 10;

/** Metrics of every job: that another job has one proves nothing. */
const OF_EVERY_JOB = /^(up|scrape_.*)?$/;

/**
 * The other labels with which the metric exists, or else the metrics with the labels `place` that have the most similar names.
 * Undefined if the series itself exists. The name may be a pattern, whose alternatives are compared one by one.
 */
export async function findNearestSeries(
  run: SeriesAccess,
  metric: string,
  wanted: Labels,
  place: Labels = wanted,
): Promise<Nearest | undefined> {
  const sameMetric = await findRunSeries(run, { __name__: /^\w*$/.test(metric) ? metric : new RegExp(metric) });
  const places = new Map(sameMetric.map((found) => describePlace(found, wanted)));
  const text = formatMatchers(wanted);
  if (places.has(text)) return undefined;
  if (places.size > 0 && !OF_EVERY_JOB.test(metric)) {
    const found = sortByDistance([...places.keys()], [text]).map((key) => places.get(key) ?? {});
    return { kind: 'other labels', metric, wanted, found };
  }
  const sameLabels = await findRunSeries(run, place);
  const others = [...new Set(sameLabels.map(({ __name__ = '' }) => __name__))];
  if (others.length === 0) return { kind: 'no series', labels: place };
  const nearest = sortByDistance(others, metric.split('|'));
  return { kind: 'other names', metric, labels: place, count: others.length, names: nearest };
}

/** Whether the metric has arrived in this run, but not with this job and instance: then it is not late but misplaced. */
export async function isMisplaced(run: SeriesAccess, metric: string, { job, instance }: Labels): Promise<boolean> {
  if (OF_EVERY_JOB.test(metric) || metric.includes('|')) return false;
  const found = await findRunSeries(run, { __name__: metric });
  return found.length > 0 && !found.some((labels) => labels.job === job && labels.instance === instance);
}

/** The traces of this run that did arrive. */
export async function findOtherTraces({ id, access }: Pick<Run, 'id' | 'access'>): Promise<Nearest> {
  const [example, ...more] = await searchTraces(access.tempo, `{resource.service.instance.id=${JSON.stringify(id)}}`);
  if (example === undefined) return { kind: 'no traces' };
  return { kind: 'other traces', count: 1 + more.length, example };
}

/**
 * The lines that the streams of a LogQL query have without the rest of the query, or else the services that have lines. Only
 * those of this run, where the services carry its ID.
 */
export async function findOtherLines(
  { id, access, servicesInstanceId, seriesWindow }: Pick<Run, 'id' | 'access' | 'servicesInstanceId' | 'seriesWindow'>,
  query: string,
): Promise<Nearest> {
  const mark =
    servicesInstanceId === undefined
      ? ''
      : ` | service_instance_id=~${JSON.stringify([...new Set([id, servicesInstanceId])].join('|'))}`;
  const find = (selector: string) =>
    queryLogs(access.loki, `${selector}${mark}`, mark === '' ? seriesWindow : undefined);
  const selector = SELECTOR.exec(query)?.[0] ?? query;
  const lines = await find(selector);
  if (lines.length > 0) {
    const { line } = lines.reduce((newest, other) => (other.time > newest.time ? other : newest));
    const newest = line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line;
    return { kind: 'other lines', selector, count: lines.length, newest };
  }
  const others = await find('{service_name=~".+"}');
  const services = [...new Set(others.map(({ labels: { service_name = '' } }) => service_name))].sort();
  if (services.length === 0) return { kind: 'no lines' };
  return { kind: 'other services', selector, count: services.length, services: services.slice(0, MAX_SERVICES) };
}

/** The stream selector at the start of a LogQL query; a brace in quotes does not end it. */
const SELECTOR = /^\s*\{(?:"(?:[^"\\]|\\.)*"|`[^`]*`|[^"`}])*\}/;

function findRunSeries(run: SeriesAccess, labels: LabelMatchers): Promise<Labels[]> {
  const { access, seriesLabels, seriesMark, seriesWindow } = run;
  const matchers = formatMatchers({ ...labels, ...seriesLabels, ...seriesMark });
  return findSeries(access.prometheus, `{${matchers}}`, seriesWindow);
}

/** The labels of a series that were asked for, as text and as they are. */
function describePlace(found: Labels, wanted: Labels): [text: string, labels: Labels] {
  const labels = Object.fromEntries(Object.keys(wanted).map((name) => [name, found[name] ?? '']));
  return [formatMatchers(labels), labels];
}

/** The texts that are the most similar to one of these. */
function sortByDistance(texts: readonly string[], wanted: readonly string[]): string[] {
  const measure = (text: string) => Math.min(...wanted.map((one) => distance(text, one)));
  return [...texts].sort((a, b) => measure(a) - measure(b)).slice(0, MAX_NEAREST);
}
