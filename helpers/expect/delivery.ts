import { readAlloyTotals } from '../clients/alloy-metrics.ts';
import { computeOtlpDeadline } from './deadlines.ts';
import type { Telemetry } from './question.ts';
import { run } from './run.ts';

/** The number of spans, metric points and log records together, by their fate. `acceptedBefore` was read at the call. */
export type Delivery = {
  readonly acceptedBefore: number;
  readonly acceptedNow: number;
  readonly sent: number;
  readonly failed: number;
};

const ACCEPTED = /^otelcol_receiver_accepted_(spans|metric_points|log_records)_total$/;
const SENT = /^otelcol_exporter_sent_(spans|metric_points|log_records)_total$/;
const FAILED = /^otelcol_exporter_(send|enqueue)_failed_(spans|metric_points|log_records)_total$/;

/**
 * What Alloy has exported since its start. While services keep sending, the numbers of sent and accepted items are never
 * equal: what was accepted at the call has to be sent in the end, and never more than has been accepted.
 */
export async function delivery(): Promise<Telemetry<Delivery>> {
  const [acceptedBefore = 0] = await readAlloyTotals(run.alloy, [ACCEPTED]);
  return {
    subject: { kind: 'delivery' },
    path: 'otlp',
    deadline: computeOtlpDeadline(run),
    isFinal: ({ failed }) => failed > 0,
    async ask() {
      const [acceptedNow = 0, sent = 0, failed = 0] = await readAlloyTotals(run.alloy, [ACCEPTED, SENT, FAILED]);
      return { acceptedBefore, acceptedNow, sent, failed };
    },
  };
}
