/** What keeps telemetry back on its way, by itself and for how long. */
import { readText } from '../clients/alloy-graph.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import { parseDuration } from '../settings/duration.ts';
import type { Component } from './flow.ts';
import type { Stop } from './stops.ts';

/** A setting of a component that decides how long telemetry is kept, as evaluated. */
export type Hold = {
  readonly component: Component;
  readonly path: readonly string[];
  readonly text: string;
  readonly duration: Milliseconds;
};

/** Where each kind of component says how long it keeps what it has, and Alloy's default. */
const SETTINGS = {
  'prometheus.scrape': [['scrape_interval'], '60s'],
  'otelcol.processor.batch': [['timeout'], '200ms'],
  'prometheus.remote_write': [['endpoint', 'queue_config', 'batch_send_deadline'], '5s'],
} as const;

/** What keeps it back at the place at which it stops; none where the place itself says that something else does. */
export function listHolds(stop: Stop): Hold[] {
  return listHolding(stop).flatMap((component) => {
    const [path, initial] = SETTINGS[component.name as keyof typeof SETTINGS] ?? [[], ''];
    const text = readText(component.settings, ...path) ?? initial;
    const duration = component.settings === undefined ? undefined : parseDuration(text);
    return duration === undefined ? [] : [{ component, path, text, duration }];
  });
}

function listHolding(stop: Stop): readonly Component[] {
  if (stop.of === 'signal') return stop.at === 'nothing exported' ? stop.route.between : [];
  const { scrapes, ends } = stop.route;
  switch (stop.at) {
    case 'write waits':
      return stop.isRetrying ? [] : ends;
    case 'nothing written':
      return [...scrapes, ...ends];
    // A scrape that has failed while the stack was starting is not tried again for as long.
    case 'not scraped':
    case 'scrape failed':
    case 'beyond Alloy':
      return scrapes;
    default:
      return [];
  }
}
