import { block, required } from '../../schema/schema.ts';
import { string } from '../../schema/types.ts';

/** `prometheus.exporter.static` (Alloy 1.18 reference): checked; the engine can't run it. */
export const prometheusExporterStaticBlock = block({ text: required(string) });
