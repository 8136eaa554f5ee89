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
  return {
    labels: stop.labels,
    ...(source !== undefined && { source }),
    ...(exporter !== undefined && { exporter: locate(flow, exporter), isScraped }),
    ...(unused && { unused: locate(flow, unused) }),
  };
});
