import { hostname } from 'node:os';
import { buildInProcessTarget, buildPagePath, findPages } from '../../pipeline/in-process-pages.ts';
import { type ComponentContext, defineComponent, type Instance } from '../../schema/component.ts';
import { block, type DecodedBlock } from '../../schema/schema.ts';

/** `prometheus.exporter.self` (Alloy 1.18 reference): no arguments. */
export const selfExporterBlock = block({});

type SelfExporterArgs = DecodedBlock<typeof selfExporterBlock>;

/** `prometheus.exporter.self`: exports a target whose page is the `/metrics` of the embedded Alloy. */
export function createSelf(_args: SelfExporterArgs, context: ComponentContext): Instance {
  const { registry } = context;
  const path = buildPagePath(context.id);
  findPages(registry).set(path, async () => ({
    status: 200,
    contentType: registry.contentType,
    body: Buffer.from(await registry.metrics()),
  }));
  return {
    exports: { targets: [buildInProcessTarget('self', hostname(), context)] },
    start: async () => context.setHealth({ state: 'healthy', message: 'started component' }),
    stop: async () => {
      findPages(registry).delete(path);
    },
  };
}

export const component = defineComponent({
  name: 'prometheus.exporter.self',
  block: selfExporterBlock,
  load: async () => createSelf,
});
