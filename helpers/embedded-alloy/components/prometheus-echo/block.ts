import { block, optional } from '../../schema/schema.ts';
import { string } from '../../schema/types.ts';

/** `prometheus.echo` (Alloy 1.18 reference): checked; the engine can't run it. */
export const prometheusEchoBlock = block({ format: optional(string) });
