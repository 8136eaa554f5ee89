import type { Component, Flow } from '../../flow/flow.ts';
import type { Stop } from '../../flow/stops.ts';
import { getObservation, getSource } from '../observation.ts';
import { createRule } from '../rule.ts';
import type { Symptoms } from '../symptoms.ts';

/**
 * A component on the way of the telemetry says itself that it does not work; any component for a criterion about Alloy alone.
 *
 * `otelcol.receiver.otlp.services is not healthy: listen tcp 0.0.0.0:4317: bind: address already in use`
 */
export const unhealthyComponents = createRule('unhealthy components', (symptoms) => {
  const { flow } = symptoms;
  if (flow === undefined) return undefined;
  const found = flow.components.filter(
    (component) =>
      (component.state === 'unhealthy' || component.state === 'exited') && isOnWay(component, flow, symptoms),
  );
  const [first] = found;
  if (first === undefined) return undefined;
  return {
    ids: found.map(({ id }) => id),
    message: first.message,
    portInUse: /address already in use|EADDRINUSE/.test(first.message),
  };
});

function isOnWay(component: Component, flow: Flow, symptoms: Symptoms): boolean {
  const observation = getObservation(symptoms);
  if (observation === undefined) return symptoms.needs.length === 0;
  const way = symptoms.stop && listWay(symptoms.stop);
  if (way !== undefined && way.length > 0) return way.some((one) => one === component || isFedBy(one, component, flow));
  const isOtelcol = component.name.startsWith('otelcol.');
  if (observation.path === 'otlp') return isOtelcol;
  const exporter = /^prometheus\.exporter\.(\w+)/.exec(component.name)?.[1];
  return !isOtelcol && (exporter === undefined || exporter === getSource(symptoms));
}

/** The components that the telemetry in question passes. */
function listWay(stop: Stop): readonly Component[] {
  if (stop.of === 'signal') return [...stop.route.receivers, ...stop.route.between, ...stop.route.exporters];
  return [...stop.route.scrapes, ...stop.route.after];
}

/** Whether a component gets its targets or its login from another one, that passes no telemetry on. */
function isFedBy(component: Component, source: Component, flow: Flow): boolean {
  if (!/^(?:discovery\.|prometheus\.exporter\.|otelcol\.auth\.|local\.|remote\.)/.test(source.name)) return false;
  if (source.feeds.includes(component.id)) return true;
  return flow.components.some(({ id, name, feeds }) => {
    return (
      name.startsWith('discovery.') && source.feeds.includes(id) && id !== source.id && feeds.includes(component.id)
    );
  });
}
