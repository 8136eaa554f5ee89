import type { Component } from '../schema/component.ts';
import type { BlockSchema } from '../schema/schema.ts';

type Blocks = { readonly blocks: Readonly<Record<string, BlockSchema>> };

/** The components that run, each imported when a configuration uses it. */
export const components: Readonly<Record<string, () => Promise<{ readonly component: Component }>>> = {
  'discovery.relabel': () => import('../components/discovery-relabel/component.ts'),
  'otelcol.auth.basic': () => import('../components/otelcol-auth-basic/component.ts'),
  'otelcol.exporter.otlp': () => import('../components/otelcol-exporter-otlp/component.ts'),
  'otelcol.exporter.otlphttp': () => import('../components/otelcol-exporter-otlphttp/component.ts'),
  'otelcol.processor.batch': () => import('../components/otelcol-processor-batch/component.ts'),
  'otelcol.receiver.otlp': () => import('../components/otelcol-receiver-otlp/component.ts'),
  'prometheus.exporter.postgres': () => import('../components/prometheus-exporter-postgres/component.ts'),
  'prometheus.exporter.redis': () => import('../components/prometheus-exporter-redis/component.ts'),
  'prometheus.exporter.self': () => import('../components/prometheus-exporter-self/component.ts'),
  'prometheus.relabel': () => import('../components/prometheus-relabel/component.ts'),
  'prometheus.remote_write': () => import('../components/prometheus-remote-write/component.ts'),
  'prometheus.scrape': () => import('../components/prometheus-scrape/component.ts'),
};

/** The families of components that are only checked, by name prefix: longer prefixes first. */
export const families: Readonly<Record<string, () => Promise<Blocks>>> = {
  'otelcol.processor': () => import('../catalog/otelcol-processor.ts'),
  discovery: () => import('../catalog/discovery.ts'),
  local: () => import('../catalog/local.ts'),
  loki: () => import('../catalog/loki.ts'),
  otelcol: () => import('../catalog/otelcol.ts'),
  prometheus: () => import('../catalog/prometheus.ts'),
  remote: () => import('../catalog/remote.ts'),
};

/** Imports a component that runs; undefined for any other name. */
export async function loadComponent(name: string): Promise<Component | undefined> {
  const load = Object.hasOwn(components, name) ? components[name] : undefined;
  return (await load?.())?.component;
}

/**
 * Imports the schemas of those `names` that are known: components that run or are only checked, and configuration
 * blocks.
 */
export async function loadBlocks(names: Iterable<string>): Promise<ReadonlyMap<string, BlockSchema>> {
  const found = await Promise.all([...new Set(names)].map(async (name) => [name, await loadBlock(name)] as const));
  return new Map(found.flatMap(([name, block]) => (block === undefined ? [] : [[name, block] as const])));
}

async function loadBlock(name: string): Promise<BlockSchema | undefined> {
  const component = await loadComponent(name);
  if (component !== undefined) {
    return component.block;
  }
  const family = Object.keys(families).find((prefix) => name.startsWith(`${prefix}.`));
  const load = family === undefined ? () => import('../catalog/configuration-blocks.ts') : families[family];
  const { blocks } = (await load?.()) ?? { blocks: {} };
  return Object.hasOwn(blocks, name) ? blocks[name] : undefined;
}
