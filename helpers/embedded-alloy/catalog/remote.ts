import { httpClient } from '../schema/blocks/http-client.ts';
import { type BlockSchema, block, optional, optionalBlock, required } from '../schema/schema.ts';
import { bool, duration, map, string } from '../schema/types.ts';

/** The blocks of the `remote.*` components that are checked but not run (Alloy 1.18 reference), by component name. */
export const blocks: Readonly<Record<string, BlockSchema>> = {
  'remote.http': block({
    url: required(string),
    poll_frequency: optional(duration),
    poll_timeout: optional(duration),
    is_secret: optional(bool),
    method: optional(string),
    headers: optional(map(string)),
    body: optional(string),
    client: optionalBlock(block({ ...httpClient })),
  }),
};
