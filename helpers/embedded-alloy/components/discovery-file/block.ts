import { block, optional, required } from '../../schema/schema.ts';
import { duration, list, string } from '../../schema/types.ts';

/** `discovery.file` (Alloy 1.18 reference): checked; the engine can't run it. */
export const discoveryFileBlock = block({ files: required(list(string)), refresh_interval: optional(duration) });
