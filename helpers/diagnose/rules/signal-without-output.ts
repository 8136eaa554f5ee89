import type { Signal } from '../../findings/finding.ts';
import { listReferences, type WrittenBlock } from '../../flow/configuration-text.ts';
import { type Component, countAt, type Flow, SIGNALS } from '../../flow/flow.ts';
import { ITEMS } from '../../flow/otlp-route.ts';
import { locate } from '../../flow/place.ts';
import { findSignalStop, type SignalStop } from '../../flow/stops.ts';
import { createRule } from '../rule.ts';

/**
 * A component on the way of the signal passes it on to none. A real Alloy then doesn't build that pipeline, and its receiver
 * refuses the signal.
 *
 * `otelcol.processor.batch.services has no output for traces (grafana-alloy/config.alloy:35)`
 */
export const signalWithoutOutput = createRule('signal without output', ({ flow, stop, evidence, needs }) => {
  if (flow === undefined) return undefined;
  const isAboutAlloy = evidence.kind === 'error' && evidence.failed === undefined && needs.length === 0;
  const found = isAboutAlloy ? findRefused(flow, evidence.message) : stop?.of === 'signal' ? stop : undefined;
  if (found?.at !== 'dead end') return undefined;
  const { component, signal } = found;
  const example = findOtherOutput(component.written);
  return { signal, place: locate(flow, component), ...(example && { example }) };
});

/** What a sender is told where Alloy has no pipeline for a signal: a receiver has refused some of it, or the error says so. */
function findRefused(flow: Flow, message: string): SignalStop | undefined {
  const isTold = /\bUNIMPLEMENTED\b|telemetry type is not supported/.test(message);
  return SIGNALS.map((signal) => findSignalStop(flow, signal)).find(
    ({ at, signal, route }) =>
      at === 'dead end' && (isTold || route.receivers.some((one) => hasRefused(flow, one, signal))),
  );
}

function hasRefused(flow: Flow, receiver: Component, signal: Signal): boolean {
  return countAt(flow, receiver, new RegExp(`^otelcol_receiver_refused_${ITEMS[signal]}(_total)?$`)) > 0;
}

/** Where the component passes another signal on to: the same will do. */
function findOtherOutput(block: WrittenBlock | undefined): string | undefined {
  const outputs = block?.blocks.find(({ name }) => name === 'output')?.attributes ?? [];
  return outputs.find((attribute) => listReferences(attribute).length > 0)?.expression;
}
