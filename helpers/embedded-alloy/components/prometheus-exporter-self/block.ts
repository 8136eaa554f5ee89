import { type ArgsOf, block } from '../../schema/schema.ts';

/** `prometheus.exporter.self` (Alloy 1.18 reference): no arguments. */
export const selfExporterBlock = block({});

export type SelfExporterArgs = ArgsOf<typeof selfExporterBlock>;
