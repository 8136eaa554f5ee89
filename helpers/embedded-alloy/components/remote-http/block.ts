import { httpClient } from '../../schema/blocks/http-client.ts';
import { block, optional, optionalBlock, required } from '../../schema/schema.ts';
import { bool, duration, map, string } from '../../schema/types.ts';

/** `remote.http` (Alloy 1.18 reference): checked; the engine can't run it. */
export const remoteHttpBlock = block({
  url: required(string),
  poll_frequency: optional(duration),
  poll_timeout: optional(duration),
  is_secret: optional(bool),
  method: optional(string),
  headers: optional(map(string)),
  body: optional(string),
  client: optionalBlock(block({ ...httpClient })),
});
