import { listHolds } from '../../flow/hold.ts';
import { locate } from '../../flow/place.ts';
import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';

/**
 * A batch is kept for longer than a criterion waits: by the processor, or by remote write.
 *
 * `otelcol.processor.batch.services keeps a batch for 10m (grafana-alloy/config.alloy:33), which is longer than the criteria wait`
 */
export const heldTooLong = createRule('held too long', (symptoms) => {
  const { flow, stop, run } = symptoms;
  const observation = getObservation(symptoms);
  if (flow === undefined || stop === undefined || observation === undefined) return undefined;
  const expected = stop.of === 'signal' ? run.intervals.otlpBatch : run.intervals.remoteWriteDeadline;
  const hold = listHolds(stop).find(
    ({ component, duration }) =>
      component.name !== 'prometheus.scrape' && duration > Math.max(observation.elapsedMs, expected),
  );
  return hold && { place: locate(flow, hold.component, ...hold.path), timeout: hold.text };
});
