/** The way of scraped samples through Alloy, from the target to remote write. */
import { readList, readPairs, readText, type ScrapeTarget } from '../clients/alloy-graph.ts';
import type { Labels } from '../clients/prometheus.ts';
import { type Component, type Flow, findComponent } from './flow.ts';

/** The components that the samples of a job pass. */
export type SamplesRoute = {
  /** What has a target with these labels; empty where no scrape has. */
  readonly scrapes: readonly Component[];
  /** Those of their targets that have the labels. */
  readonly targets: readonly ScrapeTarget[];
  /** Components that the samples pass, nearest to the scrape first; the scrapes are not among them. */
  readonly after: readonly Component[];
  /** Components that pass samples on to none, and are no remote write. */
  readonly deadEnds: readonly Component[];
  /** What sends them out of Alloy. */
  readonly ends: readonly Component[];
};

/** Follows the samples of the targets that have these labels. */
export function followSamples(flow: Flow, labels: Labels): SamplesRoute {
  const all = flow.components.filter(({ name }) => name === 'prometheus.scrape');
  const scrapes = all.filter((scrape) => listTargets(scrape).some((target) => carries(target, labels)));
  const after = new Set<Component>();
  const deadEnds: Component[] = [];
  const ends: Component[] = [];
  const visit = (component: Component) => {
    if (after.has(component)) return;
    after.add(component);
    if (component.name === 'prometheus.remote_write' || component.name.startsWith('otelcol.')) {
      ends.push(component);
      return;
    }
    follow(component);
  };
  const follow = (component: Component) => {
    const next = component.feeds.flatMap((id) => findComponent(flow, id) ?? []);
    if (next.length === 0) deadEnds.push(component);
    next.forEach(visit);
  };
  scrapes.forEach(follow);
  const targets = scrapes.flatMap((scrape) => scrape.targets.filter((target) => carries(target.labels, labels)));
  return { scrapes, targets, after: [...after], deadEnds, ends };
}

/** The labels of the targets of a scrape, as it was configured with them or reports them. */
export function listTargets({ settings, targets }: Component): Labels[] {
  const reported = targets.map((target) => target.labels);
  if (reported.length > 0) return reported;
  return (readList(settings, 'targets') ?? []).map((target) => {
    const labels = readPairs(target);
    const address = labels.__address__;
    return { ...(address !== undefined && { instance: address }), ...labels };
  });
}

function carries(found: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => found[name] === value);
}

/**
 * Whether it can be told which scrape has a target with these labels: not where Alloy reports neither arguments nor targets, and
 * not where samples get their job or instance on the way.
 */
export function areTargetsKnown({ components }: Flow): boolean {
  return components.every(({ name, settings, targets }) => {
    if (name === 'prometheus.scrape') return settings !== undefined || targets.length > 0;
    if (name !== 'prometheus.relabel' && name !== 'prometheus.remote_write') return true;
    const endpoints = (settings ?? []).filter((setting) => setting.name === 'endpoint');
    const rules = [...(settings ?? []), ...endpoints.flatMap(({ body = [] }) => body)];
    return !rules.some(({ body }) => /^(?:job|instance)$/.test(readText(body, 'target_label') ?? ''));
  });
}

/** Whether a remote write is known to have an empty URL: it drops every sample, and says nothing. */
export function hasNoUrl({ name, settings }: Component): boolean {
  return (
    name === 'prometheus.remote_write' && settings !== undefined && (readText(settings, 'endpoint', 'url') ?? '') === ''
  );
}
