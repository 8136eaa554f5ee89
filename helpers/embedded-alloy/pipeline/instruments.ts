import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ComponentContext } from '../schema/component.ts';

/** The counter with this name in `registry`, created at its first use: all instances of a component share it. */
export function getCounter(registry: Registry, name: string, help: string, labelNames: readonly string[]): Counter {
  const known = registry.getSingleMetric(name);
  return known instanceof Counter ? known : new Counter({ name, help, labelNames, registers: [registry] });
}

/** The gauge with this name in `registry`, created at its first use. */
export function getGauge(registry: Registry, name: string, help: string, labelNames: readonly string[]): Gauge {
  const known = registry.getSingleMetric(name);
  return known instanceof Gauge ? known : new Gauge({ name, help, labelNames, registers: [registry] });
}

/** The histogram with this name in `registry`, created at its first use. */
export function getHistogram(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
  buckets: readonly number[],
): Histogram {
  const known = registry.getSingleMetric(name);
  return known instanceof Histogram
    ? known
    : new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [registry] });
}

/** Creates a counter of one component, which starts at 0. Returns how to increase it. */
export function createComponentCounter(context: ComponentContext, name: string, help: string): (by: number) => void {
  const counter = getCounter(context.registry, name, help, COMPONENT_LABELS);
  const labels = buildComponentLabels(context);
  counter.inc(labels, 0);
  return (by) => counter.inc(labels, by);
}

/** The labels that Alloy puts on every metric of a component. */
export function buildComponentLabels(context: ComponentContext): { component_id: string; component_path: string } {
  return { component_id: context.id, component_path: '/' };
}

/** The labels of the metrics of an `otelcol.*` component: those of the component, and of its instrumentation scope. */
export function buildOtelLabels(context: ComponentContext, scope: string): Record<string, string> {
  return {
    ...buildComponentLabels(context),
    otel_scope_name: `go.opentelemetry.io/collector/${scope}`,
    otel_scope_schema_url: '',
    otel_scope_version: '',
  };
}

/** The names of {@link buildComponentLabels}. */
export const COMPONENT_LABELS = ['component_id', 'component_path'] as const;

/** The names of {@link buildOtelLabels}. */
export const OTEL_LABELS = [
  ...COMPONENT_LABELS,
  'otel_scope_name',
  'otel_scope_schema_url',
  'otel_scope_version',
] as const;
