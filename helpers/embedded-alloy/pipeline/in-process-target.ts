import type { ComponentContext } from '../schema/component.ts';
import { buildPagePath, IN_PROCESS_ADDRESS } from './in-process-pages.ts';

/**
 * The target of `prometheus.exporter.NAME`, with the labels that a real Alloy gives it: `integrations/NAME` as the job, and
 * an address at which only the engine's own scrapes find its page.
 */
export function buildTarget(
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
