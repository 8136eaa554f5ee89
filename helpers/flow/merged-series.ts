/** Series that differ when they are scraped, and no longer when they are sent. */
import type { Labels } from '../clients/prometheus.ts';
import { type Component, type Flow, findComponent } from './flow.ts';
import { type RelabelRule, relabel } from './relabel.ts';
import { listSteps, type RelabelStep } from './relabel-steps.ts';

/** A series as a scrape has it, with the labels of its target, which is named by its URL. */
export type ScrapedSeries = { readonly scrape: Component; readonly target: string; readonly labels: Labels };

/** Two series that are sent as one. */
export type Merged =
  /** A rule makes them the same: `labels` are those that told them apart. */
  | {
      readonly by: 'rule';
      readonly component: Component;
      readonly block: RelabelStep['block'];
      readonly rule: number;
      readonly setting: RelabelRule;
      readonly labels: readonly string[];
      readonly metric: string;
    }
  /** Two targets have the same labels. */
  | { readonly by: 'targets'; readonly scrapes: readonly [Component, Component]; readonly labels: Labels };

/** Far above what an application's pages have, and evaluated in well under a second. */
const MAX_SERIES = 50_000;

/** The first two of these series that reach a remote write as one; undefined where all stay apart. */
export function findMerged(flow: Flow, write: Component, scraped: readonly ScrapedSeries[]): Merged | undefined {
  const paths = new Map<string, RelabelStep[][]>();
  const sent = new Map<string, Sent>();
  for (const series of scraped.slice(0, MAX_SERIES)) {
    const { id } = series.scrape;
    if (!paths.has(id)) paths.set(id, listPaths(flow, series.scrape, write).map(listSteps));
    for (const steps of paths.get(id) ?? []) {
      const labels = follow(steps, series.labels);
      if (labels === undefined) continue;
      const key = write.id + nameSeries(labels);
      const other = sent.get(key);
      if (other === undefined) sent.set(key, { series, steps });
      else {
        const merged = explain(other, { series, steps });
        if (merged !== undefined) return merged;
      }
    }
  }
  return undefined;
}

/** A series, and what it passes. */
type Sent = { readonly series: ScrapedSeries; readonly steps: readonly RelabelStep[] };

function explain(a: Sent, b: Sent): Merged | undefined {
  const labels = Object.keys({ ...a.series.labels, ...b.series.labels }).filter(
    (name) => a.series.labels[name] !== b.series.labels[name],
  );
  if (labels.length === 0) {
    // A page that has one series twice is a fault of its own.
    if (a.series.scrape === b.series.scrape && a.series.target === b.series.target) return undefined;
    const { job = '', instance = '' } = a.series.labels;
    return { by: 'targets', scrapes: [a.series.scrape, b.series.scrape], labels: { job, instance } };
  }
  if (a.steps !== b.steps) return undefined;
  const metric = a.series.labels.__name__ ?? '';
  let [one, other] = [a.series.labels, b.series.labels];
  for (const { component, block, rules } of a.steps) {
    for (const [rule, setting] of rules.entries()) {
      one = relabel([setting], one, true).labels;
      other = relabel([setting], other, true).labels;
      if (nameSeries(one) === nameSeries(other)) return { by: 'rule', component, block, rule, setting, labels, metric };
    }
  }
  return undefined;
}

/** What a series is after these steps; undefined if one takes it out. */
function follow(steps: readonly RelabelStep[], series: Labels): Labels | undefined {
  let labels = series;
  for (const { rules } of steps) {
    const found = relabel(rules, labels, true);
    if (found.droppedBy !== undefined) return undefined;
    labels = found.labels;
  }
  return labels;
}

/** Every way from a scrape to a remote write: the components that samples pass, that one among them. */
function listPaths(flow: Flow, from: Component, write: Component, passed: readonly Component[] = []): Component[][] {
  return from.feeds.flatMap((id) => {
    const next = findComponent(flow, id);
    if (next === undefined || passed.includes(next)) return [];
    const path = [...passed, next];
    return next === write ? [path] : listPaths(flow, next, write, path);
  });
}

function nameSeries(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
