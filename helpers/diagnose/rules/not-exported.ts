import type { Place } from '../../findings/place.ts';
import type { Component, Flow } from '../../flow/flow.ts';
import { locate } from '../../flow/place.ts';
import { followTargets } from '../../flow/targets.ts';
import { createRule } from '../rule.ts';

/** What decides about the page of a scrape, and about what an exporter puts on it. */
const SETTINGS = ['metrics_path', 'params', 'enabled_collectors', 'disable_default_metrics'] as const;

/**
 * The page that is scraped does not have the metric, because the configuration asks for another page, or for less.
 *
 * `http://HOST/metrics/detailed has no rabbitmq_connections: prometheus.scrape.rabbitmq has metrics_path = "/metrics/detailed" …`
 */
export const notExported = createRule('metric not exported', ({ flow, stop, missing }) => {
  if (flow === undefined || stop?.of !== 'samples' || missing === undefined) return undefined;
  const { scrapes } = stop.route;
  const exporters = flow.components.filter(
    (component) =>
      component.name.startsWith('prometheus.exporter.') &&
      followTargets(flow, component).some(({ scrape }) => scrapes.includes(scrape)),
  );
  const [place] = [...exporters, ...scrapes].flatMap((component) => listRestrictions(flow, component));
  return place && { ...missing, place };
});

function listRestrictions(flow: Flow, component: Component): Place[] {
  return SETTINGS.map((setting) => locate(flow, component, setting)).filter(
    ({ expression }) => expression !== undefined,
  );
}
