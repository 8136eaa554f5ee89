import { debugMetrics } from '../../schema/blocks/debug-metrics.ts';
import { block, optional, optionalBlock } from '../../schema/schema.ts';
import { bool, int, list, string } from '../../schema/types.ts';

/** `otelcol.exporter.debug` (Alloy 1.18 reference): checked; the engine can't run it. */
export const otelcolExporterDebugBlock = block({
  verbosity: optional(string),
  sampling_initial: optional(int),
  sampling_thereafter: optional(int),
  use_internal_logger: optional(bool),
  output_paths: optional(list(string)),
  debug_metrics: optionalBlock(debugMetrics),
});
