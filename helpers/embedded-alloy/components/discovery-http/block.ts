import { httpClient } from '../../schema/blocks/http-client.ts';
import { block, optional, required } from '../../schema/schema.ts';
import { duration } from '../../schema/types.ts';
import { url } from '../../schema/url.ts';

/** `discovery.http` (Alloy 1.18 reference): checked; the engine can't run it. */
export const discoveryHttpBlock = block({ ...httpClient, refresh_interval: optional(duration), url: required(url) });
