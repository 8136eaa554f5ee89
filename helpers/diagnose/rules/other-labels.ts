import { isDeepStrictEqual } from 'node:util';
import type { Labels } from '../../findings/evidence.ts';
import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';

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
  return { wanted, found };
});

/** The labels that identify a scrape target. */
function pickTarget({ job = '', instance = '' }: Labels): Labels {
  return { job, instance };
}
