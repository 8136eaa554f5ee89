/** Where a signal that was sent over OTLP stops. */
import type { Labels } from '../clients/prometheus.ts';
import type { Signal } from '../findings/finding.ts';
import { type Component, countAt, type Flow } from './flow.ts';
import { followSignal, ITEMS } from './otlp-route.ts';

/** Why an exporter dropped items, as it counts them: `Unauthenticated`, `Internal`, … */
export type ExportFailure = { readonly type: string; readonly count: number };

/** The place at which a signal stops, and what was counted there in this run. */
export type OtlpStop =
  /** The configuration receives nothing over OTLP. */
  | { readonly at: 'no receiver' }
  /** A component that has no output for the signal. */
  | { readonly at: 'dead end'; readonly component: Component }
  /** A receiver refuses all that it is sent. */
  | { readonly at: 'refused'; readonly component: Component; readonly count: number }
  /** No receiver has accepted an item. */
  | { readonly at: 'nothing accepted'; readonly receivers: readonly Component[] }
  /** An exporter drops all of it, or some: `sent` is what it did deliver. */
  | {
      readonly at: 'export failed';
      readonly component: Component;
      readonly failures: readonly ExportFailure[];
      readonly sent: number;
    }
  /** An exporter keeps items that it can't send now; `sent` is what it could. */
  | { readonly at: 'export waits'; readonly component: Component; readonly queued: number; readonly sent: number }
  /** It is accepted, and no exporter has anything of it. */
  | { readonly at: 'nothing exported'; readonly exporters: readonly Component[] }
  /** Alloy has sent it out. */
  | { readonly at: 'beyond Alloy'; readonly accepted: number; readonly sent: number };

/** Finds where a signal stops first on its way through Alloy. */
export function findOtlpStop(flow: Flow, signal: Signal, route = followSignal(flow, signal)): OtlpStop {
  const items = ITEMS[signal];
  const { receivers, deadEnds, exporters } = route;
  if (receivers.length === 0) return { at: 'no receiver' };
  const [deadEnd] = deadEnds;
  if (deadEnd !== undefined) return { at: 'dead end', component: deadEnd };
  const count = (component: Component, verb: string, isWanted?: (labels: Labels) => boolean) =>
    countAt(flow, component, new RegExp(`^otelcol_${verb}_${items}(_total)?$`), isWanted);
  const add = (components: readonly Component[], verb: string) =>
    components.reduce((sum, component) => sum + count(component, verb), 0);

  const accepted = add(receivers, 'receiver_accepted');
  const refusing = receivers.find((receiver) => count(receiver, 'receiver_refused') > 0);
  for (const component of exporters) {
    const sent = count(component, 'exporter_sent');
    const failures = listFailures(flow, component, items);
    if (failures.length > 0) return { at: 'export failed', component, failures, sent };
    const queued = countAt(flow, component, /^otelcol_exporter_queue_size$/, ({ data_type }) => data_type === signal);
    if (queued > 0) return { at: 'export waits', component, queued, sent };
  }
  if (accepted === 0 && refusing !== undefined) {
    return { at: 'refused', component: refusing, count: count(refusing, 'receiver_refused') };
  }
  if (accepted === 0) return { at: 'nothing accepted', receivers };
  const sent = add(exporters, 'exporter_sent');
  if (sent === 0) return { at: 'nothing exported', exporters };
  return { at: 'beyond Alloy', accepted, sent };
}

function listFailures({ metrics }: Flow, { id }: Component, items: string): ExportFailure[] {
  const name = new RegExp(`^otelcol_exporter_(send|enqueue)_failed_${items}(_total)?$`);
  return metrics
    .filter(({ labels, value }) => labels.component_id === id && name.test(labels.__name__ ?? '') && value > 0)
    .map(({ labels, value }) => ({ type: labels.error_type ?? '', count: value }));
}
