import type { Registry } from 'prom-client';
import type { ComponentContext } from '../schema/component.ts';

/**
 * The address at which the components of Alloy scrape each other without a socket. Targets of `prometheus.exporter.*`
 * have it here too, so that configurations see the same targets.
 */
export const IN_PROCESS_ADDRESS = 'alloy.internal:12345';

/** A scraped page. */
export type Page = { readonly status: number; readonly contentType: string; readonly body: Buffer };

/** Produces the page of a component; `signal` aborts it. @throws Error if it can't */
export type PageSource = (signal: AbortSignal) => Promise<Page>;

const pagesByRegistry = new WeakMap<Registry, Map<string, PageSource>>();

/** The pages of all components that share a registry, by path (`/api/v0/component/ID/metrics`). */
export function findPages(registry: Registry): Map<string, PageSource> {
  const known = pagesByRegistry.get(registry);
  if (known !== undefined) {
    return known;
  }
  const pages = new Map<string, PageSource>();
  pagesByRegistry.set(registry, pages);
  return pages;
}

/** The path of the page of a component. */
export function buildPagePath(id: string): string {
  return `/api/v0/component/${id}/metrics`;
}

/**
 * The target of `prometheus.exporter.NAME`, with the same labels as in Alloy: the job `integrations/NAME`, and an
 * address at which only scrapes of this process find its page.
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
