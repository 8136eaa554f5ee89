/** How targets come to a scrape: from exporters and discovery, through relabelling. */
import { readList, readPairs, readText } from '../clients/alloy-graph.ts';
import type { Labels } from '../clients/prometheus.ts';
import type { Place } from '../findings/place.ts';
import { type Component, type Flow, findComponent } from './flow.ts';
import { locate } from './place.ts';
import { listRules, type Relabelled, relabel } from './relabel.ts';

/** The exporters of Alloy that measure something, by what they measure: `redis`. */
export function findExporters({ components }: Flow, source: string): Component[] {
  return components.filter(({ name }) => name === `prometheus.exporter.${source}`);
}

/** What has the targets of one exporter in place of those of another. */
export type ExporterMixUp = {
  /** The exporter of what is to be measured, and the one whose targets are taken. */
  readonly own: Component;
  readonly other: Component;
  /** What takes them: a scrape, or what relabels for it. */
  readonly taker: Component;
};

/** The mix-up of these scrapes, where no exporter of the source reaches any of them, and another exporter does. */
export function findExporterMixUp(
  flow: Flow,
  source: string,
  scrapes: readonly Component[],
): ExporterMixUp | undefined {
  const findWay = (exporter: Component) => followTargets(flow, exporter).find(({ scrape }) => scrapes.includes(scrape));
  const owns = findExporters(flow, source);
  const [own] = owns;
  if (own === undefined || owns.some((exporter) => findWay(exporter) !== undefined)) return undefined;
  for (const other of flow.components.filter(({ name }) => name.startsWith('prometheus.exporter.'))) {
    const way = findWay(other);
    if (way !== undefined) return { own, other, taker: way.relabels[0] ?? way.scrape };
  }
  return undefined;
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

/** What a `discovery.relabel` makes of each target that it is given. */
export function traceTargets(relabelling: Component): Relabelled[] {
  const rules = listRules(relabelling.settings);
  return listGivenTargets(relabelling).map((labels) => relabel(rules, labels, true));
}

/** The rule that gives the targets of a scrape one of these labels, with its relabelling; undefined if none does. */
export function findTargetRule(
  flow: Flow,
  scrape: Component,
  labels: readonly string[],
): { readonly component: Component; readonly rule: number; readonly label: string } | undefined {
  for (const component of flow.components) {
    if (component.name !== 'discovery.relabel' || !component.feeds.includes(scrape.id)) continue;
    for (const label of labels) {
      const [rule] = traceTargets(component).flatMap(({ changedBy }) => changedBy[label] ?? []);
      if (rule !== undefined) return { component, rule, label };
    }
  }
  return undefined;
}

/** Whether a relabelling has a rule that sets a label to a value, and applies to none of its targets. */
export function isRuleUnused(relabelling: Component, label: string, value: string): boolean {
  const setting = listRules(relabelling.settings).findLast(({ targetLabel }) => targetLabel === label);
  return setting?.replacement === value && traceTargets(relabelling).every(({ labels }) => labels[label] !== value);
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

/** The scrapes that have a target with these labels at the same URL, and write it to the same place: it is scraped several times. */
export function findSameScrapes(flow: Flow, labels: Labels): readonly [Component, Component] | undefined {
  const found = flow.components.flatMap((scrape) =>
    scrape.name === 'prometheus.scrape'
      ? scrape.targets
          .filter((target) => Object.entries(labels).every(([name, value]) => target.labels[name] === value))
          .map(({ url }) => ({ scrape, url, ends: listEnds(flow, scrape) }))
      : [],
  );
  for (const [index, { scrape, url, ends }] of found.entries()) {
    const other = found.slice(index + 1).find((one) => one.url === url && one.ends.some((end) => ends.includes(end)));
    if (other !== undefined) return [scrape, other.scrape];
  }
  return undefined;
}

/** Where the samples of a scrape end, over whatever they pass. */
function listEnds(flow: Flow, from: Component, passed: readonly Component[] = []): Component[] {
  const next = from.feeds.flatMap((id) => findComponent(flow, id) ?? []).filter((one) => !passed.includes(one));
  return next.length === 0 ? [from] : next.flatMap((one) => listEnds(flow, one, [...passed, from]));
}
