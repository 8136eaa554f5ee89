import { ITEMS } from '../../flow/otlp-route.ts';
import { locate } from '../../flow/place.ts';
import { createRule } from '../rule.ts';

/** The collector calls the points of metrics otherwise in its log than in its counters. */
const LOGGED = { traces: 'spans', metrics: 'data_points', logs: 'log_records' } as const;

/**
 * The gateway takes an export and rejects some of its items: Alloy says so in its log only, and counts all as sent.
 *
 * `the OTLP gateway rejects 3 spans of the traces that it takes from otelcol.exporter.otlphttp.x (config.alloy:46) …`
 */
export const partialSuccess = createRule('partial success', ({ flow, stop, alloyLog, run, evidence }) => {
  if (flow === undefined || stop?.of !== 'signal' || stop.at !== 'beyond Alloy') return undefined;
  const isDelivery = evidence.kind === 'observation' && evidence.subject.kind === 'delivery';
  const seen = evidence.kind === 'observation' && evidence.seen.kind === 'delivery' ? evidence.seen.signals : {};
  const signals = (['traces', 'metrics', 'logs'] as const).filter((signal) => {
    const { arrived = 0, emitted = 0 } = seen[ITEMS[signal]] ?? {};
    return isDelivery ? arrived < emitted : signal === stop.signal;
  });
  for (const signal of signals) {
    const lines = alloyLog.filter(
      ({ rejected, time = 0 }) => rejected?.items === LOGGED[signal] && rejected.count > 0 && time >= run.startedAt,
    );
    const last = lines.at(-1);
    const exporter = flow.components.find(({ id }) => id === last?.component);
    if (last?.rejected === undefined || exporter === undefined) continue;
    const count = lines.reduce((sum, { rejected }) => sum + (rejected?.count ?? 0), 0);
    return { signal, count, message: last.rejected.message, place: locate(flow, exporter) };
  }
  return undefined;
});
