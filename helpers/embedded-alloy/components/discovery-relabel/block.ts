import { relabelRule } from '../../schema/blocks/relabel-rule.ts';
import { type ArgsOf, block, repeatedBlock, required } from '../../schema/schema.ts';
import { list, target } from '../../schema/types.ts';

/** `discovery.relabel` (Alloy 1.18 reference). */
export const discoveryRelabelBlock = block({ targets: required(list(target)), rule: repeatedBlock(relabelRule) });

export type DiscoveryRelabelArgs = ArgsOf<typeof discoveryRelabelBlock>;
