import { readList } from '../../clients/alloy-graph.ts';
import type { Component } from '../../flow/flow.ts';
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
  return {
    labels: stop.labels,
    ...(source !== undefined && { source }),
    ...(exporter !== undefined && { exporter: locate(flow, exporter), isScraped }),
    ...(unused && { unused: locate(flow, unused) }),
    ...(empty && others.length === 0 && { empty: locate(flow, empty, 'targets') }),
  };
});

/** Whether a scrape has no targets, and nothing that gives it some. */
function isEmptyScrape(component: Component): boolean {
  const targets = readList(component.settings, 'targets');
  return component.name === 'prometheus.scrape' && component.targets.length === 0 && targets?.length === 0;
}
