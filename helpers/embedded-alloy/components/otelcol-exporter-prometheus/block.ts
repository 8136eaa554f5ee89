import { block, optional, required } from '../../schema/schema.ts';
import { bool, duration, list, metricsReceiver } from '../../schema/types.ts';

/** `otelcol.exporter.prometheus` (Alloy 1.18 reference): checked; the engine can't run it. */
export const otelcolExporterPrometheusBlock = block({
  include_target_info: optional(bool),
  include_scope_info: optional(bool),
  include_scope_labels: optional(bool),
  gc_frequency: optional(duration),
  forward_to: required(list(metricsReceiver)),
  add_metric_suffixes: optional(bool),
  resource_to_telemetry_conversion: optional(bool),
  honor_metadata: optional(bool),
  convert_classic_histograms_to_nhcb: optional(bool),
  keep_identifying_resource_attributes: optional(bool),
});
