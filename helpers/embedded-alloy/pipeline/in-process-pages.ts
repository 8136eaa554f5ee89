import type { Registry } from 'prom-client';
import type { ComponentContext } from '../schema/component.ts';

/**
 * The address under which a real Alloy's components scrape each other without a socket. Targets of `prometheus.exporter.*`
 * carry it, so that what a configuration sees of them is the same here.
 */
export const IN_PROCESS_ADDRESS = 'alloy.internal:12345';

/** A page as a scrape gets it. */
export type Page = { readonly status: number; readonly contentType: string; readonly body: Buffer };

/** Makes a component's page; ends early with `signal`. @throws what keeps it from being made */
export type PageSource = (signal: AbortSignal) => Promise<Page>;

const engines = new WeakMap<Registry, Map<string, PageSource>>();

/** The pages of one engine by path (`/api/v0/component/ID/metrics`); its components share its registry, and this. */
export function findPages(registry: Registry): Map<string, PageSource> {
  const known = engines.get(registry);
  if (known !== undefined) {
    return known;
  }
  const pages = new Map<string, PageSource>();
  engines.set(registry, pages);
  return pages;
}

/** The path of the page of component `id`. */
export function buildPagePath(id: string): string {
  return `/api/v0/component/${id}/metrics`;
}

/**
 * The target of `prometheus.exporter.NAME`, with the labels that a real Alloy gives it: `integrations/NAME` as the job, and
 * an address at which only the engine's own scrapes find its page.
 */
export function buildInProcessTarget(
  name: string,
  instance: string,
  context: ComponentContext,
): Readonly<Record<string, string>> {
  return {
    __address__: IN_PROCESS_ADDRESS,
    __scheme__: 'http',
    __metrics_path__: buildPagePath(context.id),
    __meta_component_name: `prometheus.exporter.${name}`,
    __meta_component_id: context.id,
    job: `integrations/${name}`,
    instance,
  };
}
