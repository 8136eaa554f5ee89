/** The way of a signal through Alloy, from where it is received to where it is exported. */
import { readList, readText } from '../clients/alloy-graph.ts';
import type { Items } from '../findings/evidence.ts';
import type { Signal } from '../findings/finding.ts';
import { findAttribute, listReferences } from './configuration-text.ts';
import { type Component, countAt, type Flow, findComponent } from './flow.ts';

/** How Alloy's counters call the items of a signal. */
export const ITEMS = {
  traces: 'spans',
  metrics: 'metric_points',
  logs: 'log_records',
} as const satisfies Readonly<Record<Signal, Items>>;

/** The components that a signal passes. */
export type OtlpRoute = {
  readonly receivers: readonly Component[];
  /** Between receivers and exporters, nearest to the receivers first. */
  readonly between: readonly Component[];
  /** Components that have it and pass it on to none. */
  readonly deadEnds: readonly Component[];
  /** What sends it out of Alloy. */
  readonly exporters: readonly Component[];
};

/**
 * Follows a signal from every OTLP receiver. Alloy reports edges without their signal; the `output` block of a component says
 * for each signal whether it goes on, and the configuration where to.
 */
export function followSignal(flow: Flow, signal: Signal): OtlpRoute {
  const receivers = flow.components.filter(({ name }) => name === 'otelcol.receiver.otlp');
  const reached = new Set<Component>();
  const deadEnds: Component[] = [];
  const exporters: Component[] = [];
  const visit = (component: Component) => {
    if (reached.has(component)) return;
    reached.add(component);
    if (isEnd(component)) {
      exporters.push(component);
      return;
    }
    const next = listNext(flow, component, signal);
    if (next.length === 0) deadEnds.push(component);
    next.forEach(visit);
  };
  receivers.forEach(visit);
  const ends = new Set([...receivers, ...exporters]);
  return { receivers, between: [...reached].filter((component) => !ends.has(component)), deadEnds, exporters };
}

/** A bridge such as `otelcol.exporter.prometheus` sends nothing itself: it feeds components of another kind. */
function isEnd({ name, feeds }: Component): boolean {
  return name.startsWith('otelcol.exporter.') && feeds.length === 0;
}

/** The components to which a component passes a signal on. */
export function listNext(flow: Flow, component: Component, signal: Signal): Component[] {
  const fed = component.feeds.flatMap((id) => findComponent(flow, id) ?? []);
  if (!component.name.startsWith('otelcol.') || component.name.startsWith('otelcol.exporter.')) return fed;
  const { settings, written } = component;
  // Without arguments nothing is known by signal.
  if (settings === undefined) return fed;
  if ((readList(settings, 'output', signal)?.length ?? 0) === 0) return [];
  const attribute = findAttribute(written, 'output', signal);
  const named = attribute === undefined ? [] : listReferences(attribute);
  const known = fed.filter(({ id }) => named.includes(id));
  return known.length > 0 ? known : fed;
}

/** Whether an exporter speaks gRPC and has the URL of a path, which only OTLP/HTTP has: it can't deliver anything. */
export function isOfOtherProtocol({ name, settings }: Component): boolean {
  const url = readText(settings, 'client', 'endpoint') ?? '';
  if (name !== 'otelcol.exporter.otlp' || !/^https?:\/\//.test(url) || !URL.canParse(url)) return false;
  return new URL(url).pathname !== '/';
}

/** A receiver that takes a signal over HTTP at another path than `/v1/…`, and has got nothing of it that way. */
export function findMovedPath(
  flow: Flow,
  { receivers }: OtlpRoute,
  signal: Signal,
): { readonly receiver: Component; readonly setting: string; readonly path: string } | undefined {
  const setting = `${signal}_url_path`;
  for (const receiver of receivers) {
    const path = readText(receiver.settings, 'http', setting);
    if (path === undefined || path === `/v1/${signal}`) continue;
    const accepted = new RegExp(`^otelcol_receiver_accepted_${ITEMS[signal]}(_total)?$`);
    if (countAt(flow, receiver, accepted, ({ transport }) => transport === 'http') === 0)
      return { receiver, setting, path };
  }
  return undefined;
}
