import { type BlockSchema, block, optional, required } from '../schema/schema.ts';
import { bool, duration, list, string, target } from '../schema/types.ts';
import { detector } from './configuration-blocks.ts';

/** The blocks of the `local.*` components that are checked but not run (Alloy 1.18 reference), by component name. */
export const blocks: Readonly<Record<string, BlockSchema>> = {
  'local.file': block({
    filename: required(string),
    detector: optional(detector),
    poll_frequency: optional(duration),
    is_secret: optional(bool),
  }),
  'local.file_match': block({
    path_targets: required(list(target)),
    sync_period: optional(duration),
    ignore_older_than: optional(duration),
  }),
};
