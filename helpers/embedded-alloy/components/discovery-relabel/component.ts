import { createLabelBuilder } from '../../pipeline/relabel/labels.ts';
import { relabel } from '../../pipeline/relabel/relabel.ts';
import { relabelRule } from '../../schema/blocks/relabel-rule.ts';
import { type ComponentContext, defineComponent, type Instance } from '../../schema/component.ts';
import { block, type DecodedBlock, repeatedBlock, required } from '../../schema/schema.ts';
import { list, target } from '../../schema/types.ts';

/** `discovery.relabel` (Alloy 1.18 reference). */
export const discoveryRelabelBlock = block({ targets: required(list(target)), rule: repeatedBlock(relabelRule) });

type DiscoveryRelabelArgs = DecodedBlock<typeof discoveryRelabelBlock>;

/** `discovery.relabel`: exports the relabelled targets, and the rules themselves. */
export function createDiscoveryRelabel(args: DiscoveryRelabelArgs, context: ComponentContext): Instance {
  const output: Readonly<Record<string, string>>[] = [];
  for (const target of args.targets) {
    const labels = createLabelBuilder(Object.entries(target));
    if (relabel(labels, args.rule, 'utf8')) {
      output.push(Object.fromEntries(labels.entries()));
    }
  }
  return {
    exports: { output, rules: args.rule },
    start: async () => context.setHealth({ state: 'healthy', message: 'started component' }),
    stop: async () => {},
  };
}

export const component = defineComponent({
  name: 'discovery.relabel',
  block: discoveryRelabelBlock,
  load: async () => createDiscoveryRelabel,
});
