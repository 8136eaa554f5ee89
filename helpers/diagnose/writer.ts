/** What sends items out of Alloy, and the service that is asked for them. */
import { readText } from '../clients/alloy-graph.ts';
import type { Items } from '../findings/evidence.ts';
import type { Signal } from '../findings/finding.ts';
import type { Place } from '../findings/place.ts';
import { type Component, type Flow, SIGNALS } from '../flow/flow.ts';
import { followSignal, ITEMS, listNext } from '../flow/otlp-route.ts';
import { locate } from '../flow/place.ts';
import { findSignalStop, type Stop } from '../flow/stops.ts';
import type { BackendAccess } from '../run/endpoints.ts';

/** The service that is asked for items. */
export const SERVICE_OF: Readonly<Record<Items, keyof BackendAccess>> = {
  spans: 'tempo',
  metric_points: 'prometheus',
  log_records: 'loki',
  samples: 'prometheus',
};

/** The names of components that pass telemetry on as it is. */
export const UNCHANGING = /^otelcol\.processor\.(?:batch|memory_limiter)$/;

/** Where items stop; of samples, those that the question is about. */
export function findItemsStop(flow: Flow, items: Items, asked: Stop | undefined): Stop | undefined {
  const signal = SIGNALS.find((one) => ITEMS[one] === items);
  return signal === undefined ? (asked?.of === 'samples' ? asked : undefined) : findSignalStop(flow, signal);
}

/** The output from which items go on to several components that lead to the same one, so that it gets them more than once. */
export function findFork(flow: Flow, items: Items): Place | undefined {
  const signal = SIGNALS.find((one) => ITEMS[one] === items);
  if (signal === undefined) return undefined;
  const { receivers, between } = followSignal(flow, signal);
  for (const component of [...receivers, ...between]) {
    const ways = listNext(flow, component, signal).map((next) => listReached(flow, next, signal));
    const isShared = ways.some((way, index) =>
      ways.slice(index + 1).some((other) => [...way].some((one) => other.has(one))),
    );
    if (isShared) return locate(flow, component, 'output', signal);
  }
  return undefined;
}

/** A component, and all that a signal reaches from it. */
function listReached(flow: Flow, start: Component, signal: Signal): Set<Component> {
  // A set grows while it is gone through.
  const reached = new Set([start]);
  for (const component of reached) for (const next of listNext(flow, component, signal)) reached.add(next);
  return reached;
}

/** The endpoints to which items are sent. */
export function locateWriters(flow: Flow, items: Items): Place[] {
  const signal = SIGNALS.find((one) => ITEMS[one] === items);
  const writers =
    signal === undefined
      ? flow.components.filter(({ name }) => name === 'prometheus.remote_write')
      : followSignal(flow, signal).exporters;
  return writers.map((writer) => locateEndpoint(flow, writer));
}

function locateEndpoint(flow: Flow, writer: Component): Place {
  const path = writer.name === 'prometheus.remote_write' ? ['endpoint', 'url'] : ['client', 'endpoint'];
  return readText(writer.settings, ...path) === undefined ? locate(flow, writer) : locate(flow, writer, ...path);
}
