import { labelBuilder } from '../../pipeline/relabel/labels.ts';
import { relabel } from '../../pipeline/relabel/relabel.ts';
import type { ComponentContext, Instance } from '../../schema/component.ts';
import type { DiscoveryRelabelArgs } from './block.ts';

/** `discovery.relabel`: exports its targets as the rules leave them, and the rules themselves. */
export function createDiscoveryRelabel(args: DiscoveryRelabelArgs, context: ComponentContext): Instance {
  const output: Readonly<Record<string, string>>[] = [];
  for (const target of args.targets) {
    const labels = labelBuilder(Object.entries(target));
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
