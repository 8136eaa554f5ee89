import { readList } from '../../clients/alloy-graph.ts';
import type { Component, Flow } from '../../flow/flow.ts';
import { locate } from '../../flow/place.ts';
import { findExporters, findUnusedRelabel, followTargets } from '../../flow/targets.ts';
import { createRule } from '../rule.ts';

/**
 * Nothing scrapes what is asked for.
 *
 * `no prometheus.scrape has a target with job="integrations/redis_exporter": prometheus.exporter.redis.redis leads to none`
 */
export const noScrapeTarget = createRule('no scrape target', ({ flow, stop, evidence }) => {
  if (flow === undefined || stop?.of !== 'samples' || stop.at !== 'no target') return undefined;
  const subject = evidence.kind === 'observation' ? evidence.subject : undefined;
  const source = subject?.kind === 'scraped metric' ? subject.source : undefined;
  const [exporter] = source === undefined ? [] : findExporters(flow, source);
  const unused = exporter && findUnusedRelabel(flow, exporter);
  const isScraped = exporter !== undefined && followTargets(flow, exporter).length > 0;
  const [empty, ...others] = exporter === undefined ? flow.components.filter(isEmptyScrape) : [];
  const mixUp = exporter && !isScraped ? findTaker(flow, exporter, unused) : undefined;
  return {
    labels: stop.labels,
    ...(source !== undefined && { source }),
    ...(exporter !== undefined && { exporter: locate(flow, exporter), isScraped }),
    ...(unused && { unused: locate(flow, unused) }),
    ...(mixUp && { taker: locate(flow, mixUp.scrape, 'targets'), other: locate(flow, mixUp.other) }),
    ...(empty && others.length === 0 && { empty: locate(flow, empty, 'targets') }),
  };
});

/** The scrape that is named as the exporter is, or what relabels for nobody, and that has the targets of another exporter. */
function findTaker(flow: Flow, exporter: Component, unused: Component | undefined) {
  const names = [exporter, unused].map((component) => component?.id.slice(component.name.length));
  for (const other of flow.components.filter(
    ({ name, id }) => name.startsWith('prometheus.exporter.') && id !== exporter.id,
  )) {
    const way = followTargets(flow, other).find(({ scrape }) => names.includes(scrape.id.slice(scrape.name.length)));
    if (way !== undefined) return { scrape: way.scrape, other };
  }
  return undefined;
}

/** Whether a scrape has no targets, and nothing that gives it some. */
function isEmptyScrape(component: Component): boolean {
  const targets = readList(component.settings, 'targets');
  return component.name === 'prometheus.scrape' && component.targets.length === 0 && targets?.length === 0;
}
