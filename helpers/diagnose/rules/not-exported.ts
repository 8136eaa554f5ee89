import { readText } from '../../clients/alloy-graph.ts';
import type { Place } from '../../findings/place.ts';
import type { Component, Flow } from '../../flow/flow.ts';
import { locate } from '../../flow/place.ts';
import { followTargets } from '../../flow/targets.ts';
import { createRule } from '../rule.ts';
import type { ScrapedPage } from '../scraped-page.ts';

/** What decides about the page of a scrape, and about what an exporter puts on it. */
const SETTINGS = ['metrics_path', 'params', 'enabled_collectors', 'disable_default_metrics'] as const;
/** What decides about the names of the metrics of an exporter. */
const NAMESPACE = 'namespace';

/**
 * The page that is scraped does not have the metric, because the configuration asks for another page, or for less.
 *
 * `http://HOST/metrics/detailed has no rabbitmq_connections: prometheus.scrape.rabbitmq has metrics_path = "/metrics/detailed" …`
 */
export const notExported = createRule('metric not exported', ({ flow, stop, missing }) => {
  if (flow === undefined || stop?.of !== 'samples' || missing === undefined) return undefined;
  const { url, metric } = missing;
  const { scrapes } = stop.route;
  const exporters = listExportersOf(flow, scrapes);
  const found = findRenamed(flow, scrapes, missing);
  if (found !== undefined) return { url, metric, ...found };
  const [place] = [...exporters, ...scrapes].flatMap((component) => listRestrictions(flow, component));
  return place && { url, metric, place };
});

/** The name that an exporter of these scrapes gives a metric, where its page has it by that name, and the setting that says so. */
export function findRenamed(
  flow: Flow,
  scrapes: readonly Component[],
  { metric, names }: Pick<ScrapedPage, 'metric' | 'names'>,
): { readonly renamed: string; readonly place: Place } | undefined {
  const [, ...rest] = metric.split('_');
  for (const exporter of listExportersOf(flow, scrapes)) {
    const renamed = [readText(exporter.settings, NAMESPACE) ?? '', ...rest].join('_');
    if (names.includes(renamed)) return { renamed, place: locate(flow, exporter, NAMESPACE) };
  }
  return undefined;
}

/** Whether the configuration asks for less than all that these scrapes could have, or for other names. */
export function isRestricted(flow: Flow, scrapes: readonly Component[]): boolean {
  const isWritten = (component: Component) =>
    listRestrictions(flow, component).length > 0 || locate(flow, component, NAMESPACE).expression !== undefined;
  return [...listExportersOf(flow, scrapes), ...scrapes].some(isWritten);
}

function listExportersOf(flow: Flow, scrapes: readonly Component[]): Component[] {
  return flow.components.filter(
    (component) =>
      component.name.startsWith('prometheus.exporter.') &&
      followTargets(flow, component).some(({ scrape }) => scrapes.includes(scrape)),
  );
}

function listRestrictions(flow: Flow, component: Component): Place[] {
  return SETTINGS.map((setting) => locate(flow, component, setting)).filter(
    ({ expression }) => expression !== undefined,
  );
}
