import { block } from '../../schema/schema.ts';

/** `loki.echo` (Alloy 1.18 reference): checked; the engine can't run it. */
export const lokiEchoBlock = block({});
