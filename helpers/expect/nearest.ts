/** When what was asked for is not there: what is, so that a wrong label or name is seen at a glance. */
import { distance } from 'fastest-levenshtein';
import type { Labels } from '../clients/prometheus.ts';
import { findSeries } from '../clients/prometheus.ts';
import { searchTraces } from '../clients/tempo.ts';
import { run } from './run.ts';

const MOST = 3;

/** Where the metric exists under other labels, or else which names under these labels come nearest. */
export async function nearestSeries(name: string, labels: Labels): Promise<string[]> {
  const mark = run.seriesMark ?? {};
  const sameName = await findSeries(run.access.prometheus, braces({ __name__: name, ...mark }), run.seriesWindow);
  const names = Object.keys(labels);
  const wanted = shown(labels, names);
  const places = new Set(sameName.map((found) => shown(found, names)));
  if (places.has(wanted)) return [];
  const nearFirst = [...places].sort((a, b) => distance(a, wanted) - distance(b, wanted));
  if (nearFirst.length > 0) return nearFirst.slice(0, MOST).map((where) => `${name} exists under ${where}`);

  const sameLabels = await findSeries(run.access.prometheus, braces({ ...labels, ...mark }), run.seriesWindow);
  const others = [...new Set(sameLabels.map(({ __name__ = '' }) => __name__))];
  if (others.length === 0) return [`no series of this run has the labels ${wanted}`];
  const near = others.sort((a, b) => distance(a, name) - distance(b, name)).slice(0, MOST);
  return [
    `no series of this run is called ${name}; under these labels there are ${others.length} names, the nearest: ${near.join(', ')}`,
  ];
}

/**
 * Whether this run has the metric, and none of its series under this job and instance: then it is not late but misplaced.
 * Every job has an `up` and the `scrape_*` series, so of those it can't be told.
 */
export async function isMisplaced(name: string, { job, instance }: Labels): Promise<boolean> {
  if (name === '' || /^(up|scrape_)|\|/.test(name)) return false;
  const found = await findSeries(
    run.access.prometheus,
    braces({ __name__: name, ...run.seriesMark }),
    run.seriesWindow,
  );
  return found.length > 0 && !found.some((labels) => labels.job === job && labels.instance === instance);
}

/** The traces that this run did deliver. */
export async function tracesOfTheRun(): Promise<string[]> {
  const query = `{resource.service.instance.id=${JSON.stringify(run.id)}}`;
  const found = await searchTraces(run.access.tempo, query);
  if (found.length === 0) return ['no trace of this run is in the backend'];
  return [`${found.length} other traces of this run are in the backend, ${found[0]} for one`];
}

function braces(labels: Labels): string {
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')}}`;
}

function shown(labels: Labels, names: readonly string[]): string {
  return names.map((name) => `${name}=${JSON.stringify(labels[name] ?? '')}`).join(', ');
}
