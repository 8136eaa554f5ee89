/** How targets come to a scrape: from exporters and discovery, through relabelling. */
import { readList, readPairs, readText } from '../clients/alloy-graph.ts';
import type { Labels } from '../clients/prometheus.ts';
import type { Place } from '../findings/place.ts';
import { type Component, type Flow, findComponent } from './flow.ts';
import { locate } from './place.ts';

/** The exporters of Alloy that measure something, by what they measure: `redis`. */
export function findExporters({ components }: Flow, source: string): Component[] {
  return components.filter(({ name }) => name === `prometheus.exporter.${source}`);
}

/** The scrapes that targets of a component reach, and the relabelling between them. */
export type TargetWay = { readonly scrape: Component; readonly relabels: readonly Component[] };

/** Every way that the targets of a component take to a scrape. */
export function followTargets(flow: Flow, from: Component): TargetWay[] {
  const ways: TargetWay[] = [];
  const visit = (component: Component, relabels: readonly Component[]) => {
    for (const next of component.feeds.flatMap((id) => findComponent(flow, id) ?? [])) {
      if (next.name === 'prometheus.scrape') ways.push({ scrape: next, relabels });
      else if (next.name.startsWith('discovery.') && !relabels.includes(next)) visit(next, [...relabels, next]);
    }
  };
  visit(from, []);
  return ways;
}

/** The targets of a scrape as it was given them, with their `__address__` and all other labels. */
export function listGivenTargets({ settings }: Component): Labels[] {
  return (readList(settings, 'targets') ?? []).map(readPairs);
}

/** The rule of a `discovery.relabel` that sets a label, and where it is written; undefined if none does. */
export function findLabelRule(flow: Flow, relabel: Component, label: string): Place | undefined {
  const rules = (relabel.settings ?? []).filter(({ name }) => name === 'rule');
  const index = rules.findLastIndex(({ body }) => readText(body, 'target_label') === label);
  if (index === -1) return undefined;
  const written = relabel.written?.blocks.filter(({ name }) => name === 'rule')[index];
  const replacement = written?.attributes.find(({ name }) => name === 'replacement');
  const line = replacement?.line ?? written?.line;
  return { ...locate(flow, relabel), setting: 'replacement', ...(line !== undefined && { line }) };
}

/** What relabels the targets of a component, and passes them on to none. */
export function findUnusedRelabel(flow: Flow, exporter: Component): Component | undefined {
  return exporter.feeds
    .flatMap((id) => findComponent(flow, id) ?? [])
    .find(({ name, feeds }) => name === 'discovery.relabel' && feeds.length === 0);
}
