import type { Registry } from 'prom-client';
import { attributes, scope } from '../emit/telemetry.ts';
import { nowNanos } from '../otlp/ids.ts';
import type { MetricsData, Resource } from '../otlp/schema.ts';

/**
 * The gauges of a registry as one export, with a data point of the present moment for each of their values. Their names and
 * labels stay what they are, in Prometheus too: an OTLP unit would be appended to the name, so they have none.
 */
export async function convertRegistry(registry: Registry, from: Resource): Promise<MetricsData> {
  const timeUnixNano = nowNanos();
  const metrics = (await registry.getMetricsAsJSON()).map(({ name, help, values }) => ({
    name,
    description: help,
    unit: '',
    gauge: {
      dataPoints: values.map(({ labels, value }) => ({
        attributes: attributes(labels as Readonly<Record<string, string>>),
        startTimeUnixNano: 0n,
        timeUnixNano,
        asDouble: value,
        exemplars: [],
        flags: 0,
      })),
    },
    metadata: [],
  }));
  return { resourceMetrics: [{ resource: from, scopeMetrics: [{ scope, metrics, schemaUrl: '' }], schemaUrl: '' }] };
}
