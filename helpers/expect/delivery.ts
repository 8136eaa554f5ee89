import { alloyTotals } from '../clients/alloy.ts';
import { otlpDeadline } from './deadlines.ts';
import { run } from './run.ts';
import type { Telemetry } from './telemetry.ts';

/** Items (spans, metric points and log records together) by what became of them. `acceptedBefore` was read at the call. */
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
 * What Alloy says of the way out, since its start. While services keep sending, sent and accepted are never equal at one
 * moment: all that was accepted at the call has to be sent in the end, and never more than has been accepted.
 */
export async function delivery(): Promise<Telemetry<Delivery>> {
  const [acceptedBefore = 0] = await alloyTotals(run.alloy, [ACCEPTED]);
  return {
    asked: 'what Alloy says of its OTLP exporters',
    path: 'otlp',
    deadline: otlpDeadline(run),
    nearest: async () => [],
    inVain: ({ failed }) => failed > 0,
    async ask() {
      const [acceptedNow = 0, sent = 0, failed = 0] = await alloyTotals(run.alloy, [ACCEPTED, SENT, FAILED]);
      return { acceptedBefore, acceptedNow, sent, failed };
    },
  };
}
