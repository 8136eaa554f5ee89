import { detector } from '../../schema/blocks/config/modules.ts';
import { block, optional, required } from '../../schema/schema.ts';
import { bool, duration, string } from '../../schema/types.ts';

/** `local.file` (Alloy 1.18 reference): checked; the engine can't run it. */
export const localFileBlock = block({
  filename: required(string),
  detector: optional(detector),
  poll_frequency: optional(duration),
  is_secret: optional(bool),
});
