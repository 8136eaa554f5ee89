import { httpClient } from '../schema/blocks/http-client.ts';
import { type BlockSchema, block, optional, required } from '../schema/schema.ts';
import { duration, list, string } from '../schema/types.ts';
import { url } from '../schema/url.ts';

/**
 * The blocks of the `discovery.*` components that are checked but not run (Alloy 1.18 reference), by component name.
 */
export const blocks: Readonly<Record<string, BlockSchema>> = {
  'discovery.file': block({ files: required(list(string)), refresh_interval: optional(duration) }),
  'discovery.http': block({ ...httpClient, refresh_interval: optional(duration), url: required(url) }),
};
