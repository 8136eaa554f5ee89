import { hostname } from 'node:os';
import { inProcessPages, pagePath } from '../../pipeline/in-process-pages.ts';
import { inProcessTarget } from '../../pipeline/in-process-target.ts';
import type { ComponentContext, Instance } from '../../schema/component.ts';
import type { SelfExporterArgs } from './block.ts';

/** `prometheus.exporter.self`: a target whose page is the engine's own `/metrics`. */
export function createSelf(_args: SelfExporterArgs, context: ComponentContext): Instance {
  const { registry } = context;
  const path = pagePath(context.id);
  inProcessPages(registry).set(path, async () => ({
    status: 200,
    contentType: registry.contentType,
    body: Buffer.from(await registry.metrics()),
  }));
  return {
    exports: { targets: [inProcessTarget('self', hostname(), context)] },
    start: async () => context.setHealth({ state: 'healthy', message: 'started component' }),
    stop: async () => {
      inProcessPages(registry).delete(path);
    },
  };
}
