import { block, optional, required } from '../../schema/schema.ts';
import { duration, list, target } from '../../schema/types.ts';

/** `local.file_match` (Alloy 1.18 reference): checked; the engine can't run it. */
export const localFileMatchBlock = block({
  path_targets: required(list(target)),
  sync_period: optional(duration),
  ignore_older_than: optional(duration),
});
