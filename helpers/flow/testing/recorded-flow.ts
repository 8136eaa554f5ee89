import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { parseComponent, type Setting } from '../../clients/alloy-graph.ts';
import { readSamples } from '../../clients/text-format.ts';
import { nameWritten, readBlocks } from '../configuration-text.ts';
import type { Component, Flow } from '../flow.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const { details } = z
  .object({ details: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(read('fixtures/captures/alloy-1.18/components-api.json')));

/** The pipeline of a real Alloy 1.18 with the shipped configuration, whose databases and backend were out of reach. */
export function recordedFlow(): Flow {
  const written = new Map(
    readBlocks(read('grafana-alloy/config.alloy')).map((block) => [nameWritten(block), block] as const),
  );
  return {
    components: Object.values(details).map((detail) => {
      const component = parseComponent(detail);
      const block = written.get(component.id);
      return { ...component, ...(block && { written: block }) };
    }),
    metrics: readSamples(read('fixtures/captures/alloy-1.18/self-metrics.txt')),
    file: 'grafana-alloy/config.alloy',
  };
}

/** The same where all targets can be scraped and nothing has been counted yet. */
export function workingFlow(): Flow {
  const { components, ...flow } = recordedFlow();
  return {
    ...flow,
    metrics: [],
    components: components.map((component) => ({
      ...component,
      targets: component.targets.map((target) => ({ ...target, error: '', isScraped: true })),
    })),
  };
}

/** A flow in which one component is another. */
export function change(flow: Flow, id: string, changes: Partial<Component>): Flow {
  const components = flow.components.map((component) =>
    component.id === id ? { ...component, ...changes } : component,
  );
  return { ...flow, components };
}

/** A flow in which components have counted: `{ 'prometheus.scrape.redis': { prometheus_forwarded_samples_total: 5 } }`. */
export function count(flow: Flow, counts: Readonly<Record<string, Readonly<Record<string, number>>>>): Flow {
  const added = Object.entries(counts).flatMap(([component_id, values]) =>
    Object.entries(values).map(([name, value]) => {
      const [, __name__ = name, data_type] = /^(\w+)\{(\w+)\}$/.exec(name) ?? [];
      const labels = { __name__, component_id, ...(data_type !== undefined && { data_type }) };
      return { labels, time: 0, value };
    }),
  );
  return { ...flow, metrics: [...flow.metrics, ...added] };
}

/** An attribute with a text. */
export function text(name: string, value: string): Setting {
  return { name, value: { type: 'string', value } };
}

/** An attribute with a list of texts. */
export function texts(name: string, ...values: readonly string[]): Setting {
  return { name, value: { type: 'array', value: values.map((value) => ({ type: 'string', value })) } };
}
