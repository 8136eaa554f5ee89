import { relabelRule } from '../../schema/blocks/relabel-rule.ts';
import { block, optional, repeatedBlock, required } from '../../schema/schema.ts';
import { int, list, logsReceiver } from '../../schema/types.ts';

/** `loki.relabel` (Alloy 1.18 reference): checked; the engine can't run it. */
export const lokiRelabelBlock = block({
  forward_to: required(list(logsReceiver)),
  rule: repeatedBlock(relabelRule),
  max_cache_size: optional(int),
});
