import { locate } from '../../flow/place.ts';
import { isOnPage } from '../../flow/samples-stop.ts';
import { findExporterMixUp } from '../../flow/targets.ts';
import { createRule } from '../rule.ts';

/**
 * The scrape that should measure something has the targets of the exporter of something else.
 *
 * `discovery.relabel.redis has the targets of prometheus.exporter.postgres.postgres (config.alloy:102), not those of …`
 */
export const targetsOfAnotherExporter = createRule('targets of another exporter', ({ flow, stop, evidence }) => {
  const subject = evidence.kind === 'observation' ? evidence.subject : undefined;
  if (flow === undefined || stop?.of !== 'samples' || subject?.kind !== 'scraped metric') return undefined;
  // What a scrape says of itself is there, whatever it scrapes.
  if (subject.source === undefined || !isOnPage(subject.metric)) return undefined;
  const found = findExporterMixUp(flow, subject.source, stop.route.scrapes);
  if (found === undefined) return undefined;
  return {
    source: subject.source,
    place: locate(flow, found.taker, 'targets'),
    exporter: locate(flow, found.own),
    other: locate(flow, found.other),
  };
});
