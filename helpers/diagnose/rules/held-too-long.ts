import { readText } from '../../clients/alloy-graph.ts';
import { locate } from '../../flow/place.ts';
import { parseDuration } from '../../settings/duration.ts';
import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';

/**
 * A batch is kept for longer than a criterion waits.
 *
 * `otelcol.processor.batch.services keeps a batch for 10m (grafana-alloy/config.alloy:33), which is longer than the criteria wait`
 */
export const heldTooLong = createRule('held too long', (symptoms) => {
  const { flow, stop, run } = symptoms;
  const observation = getObservation(symptoms);
  if (flow === undefined || observation === undefined) return undefined;
  if (stop?.of !== 'signal' || stop.at !== 'nothing exported') return undefined;
  for (const batch of stop.route.between.filter(({ name }) => name === 'otelcol.processor.batch')) {
    const timeout = readText(batch.settings, 'timeout');
    const milliseconds = timeout === undefined ? 0 : (parseDuration(timeout) ?? 0);
    if (timeout !== undefined && milliseconds > Math.max(observation.elapsedMs, run.intervals.otlpBatch)) {
      return { place: locate(flow, batch, 'timeout'), timeout };
    }
  }
  return undefined;
});
