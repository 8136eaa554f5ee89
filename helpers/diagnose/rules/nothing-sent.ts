import { countAt } from '../../flow/flow.ts';
import { locate } from '../../flow/place.ts';
import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';

/**
 * Remote write has sent nothing, and has failed at nothing.
 *
 * `prometheus.remote_write.grafana_cloud has not sent a single sample`
 */
export const nothingSent = createRule('nothing sent by remote write', (symptoms) => {
  const { flow, stop } = symptoms;
  if (flow === undefined) return undefined;
  if (stop?.of === 'samples')
    return stop.at === 'nothing written' ? { place: locate(flow, stop.component) } : undefined;
  const subject = getObservation(symptoms)?.subject;
  if (subject?.kind !== 'metric of Alloy' || subject.metric !== 'prometheus_remote_storage_samples_total')
    return undefined;
  const writes = flow.components.filter(({ name }) => name === 'prometheus.remote_write');
  const [first] = writes;
  const isSilent = writes.every((write) => countAt(flow, write, /^prometheus_remote_storage_samples_total$/) === 0);
  return first !== undefined && isSilent ? { place: locate(flow, first) } : undefined;
});
