import type { Labels } from '../../clients/prometheus.ts';
import { countAt } from '../../flow/flow.ts';
import { locate } from '../../flow/place.ts';
import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';

/**
 * Remote write drops samples that are older than its `sample_age_limit` when their turn comes.
 *
 * `prometheus.remote_write.x has dropped 812 samples that were older than sample_age_limit allows: 1ms (config.alloy:152)`
 */
export const samplesTooOld = createRule('samples too old', (symptoms) => {
  const { flow, stop } = symptoms;
  const subject = getObservation(symptoms)?.subject;
  if (flow === undefined || subject === undefined) return undefined;
  const isAboutWrites = subject.kind === 'metric of Alloy' && subject.metric.startsWith('prometheus_remote_storage_');
  const writes = stop?.of === 'samples' ? stop.route.ends : isAboutWrites ? flow.components : [];
  for (const write of writes) {
    const count = countAt(flow, write, /^prometheus_remote_storage_samples_dropped_total$/, isTooOld);
    const place = locate(flow, write, 'endpoint', 'queue_config', 'sample_age_limit');
    if (count > 0 && place.expression !== undefined) return { place, count };
  }
  return undefined;
});

const isTooOld = ({ reason }: Labels) => reason === 'too_old';
