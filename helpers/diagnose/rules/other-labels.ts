import { isDeepStrictEqual } from 'node:util';
import { findSetting } from '../../clients/alloy-graph.ts';
import type { Labels } from '../../findings/evidence.ts';
import type { Place } from '../../findings/place.ts';
import { areTargetsKnown } from '../../flow/samples-route.ts';
import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';
import type { Symptoms } from '../symptoms.ts';
import { locateWriters } from '../writer.ts';

/**
 * The metric arrives with another job or instance than its target has: it is relabelled on the way.
 *
 * `it is scraped and delivered under other labels: job="integrations/redis" instead of job="integrations/redis_exporter"`
 */
export const otherLabels = createRule('other labels', (symptoms) => {
  const nearest = getObservation(symptoms)?.nearest;
  if (nearest?.kind !== 'other labels') return undefined;
  const wanted = pickTarget(nearest.wanted);
  const [found, ...others] = nearest.found.map(pickTarget);
  if (found === undefined || [found, ...others].some((labels) => isDeepStrictEqual(labels, wanted))) return undefined;
  const behind = findUnchangedWriter(symptoms);
  return { wanted, found, ...(behind && { behind }) };
});

/** What sends the samples, where they have the labels of their target until then: what changes them is behind it. */
function findUnchangedWriter({ flow, stop }: Symptoms): Place | undefined {
  if (flow === undefined || stop?.of !== 'samples' || stop.at !== 'beyond Alloy' || !areTargetsKnown(flow))
    return undefined;
  // With honor_labels those of the page win over the target's.
  const mayDiffer = stop.route.scrapes.some(
    ({ settings }) => findSetting(settings, 'honor_labels')?.value?.value === true,
  );
  return mayDiffer ? undefined : locateWriters(flow, 'samples')[0];
}

/** The labels that identify a scrape target. */
function pickTarget({ job = '', instance = '' }: Labels): Labels {
  return { job, instance };
}
