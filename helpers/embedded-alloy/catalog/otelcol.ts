import { consumers, debugMetrics } from '../schema/blocks/otelcol.ts';
import { metricsReceiver } from '../schema/capsules.ts';
import {
  type BlockSchema,
  block,
  optional,
  optionalBlock,
  repeatedBlock,
  required,
  requiredBlock,
} from '../schema/schema.ts';
import { bool, caseless, duration, int, list, secret, string } from '../schema/types.ts';

const action = caseless(['insert', 'update', 'upsert', 'delete'], (text) => `unknown action ${text}`);

/**
 * The blocks of the `otelcol.{auth,exporter,receiver}.*` components that are checked but not run (Alloy 1.18
 * reference), by component name.
 */
export const blocks: Readonly<Record<string, BlockSchema>> = {
  'otelcol.auth.bearer': block({
    scheme: optional(string),
    token: required(secret),
    header: optional(string),
    debug_metrics: optionalBlock(debugMetrics),
  }),
  'otelcol.auth.headers': block({
    header: repeatedBlock(
      block({
        key: required(string),
        value: optional(secret),
        from_context: optional(string),
        from_attribute: optional(string),
        action: optional(action),
      }),
    ),
    debug_metrics: optionalBlock(debugMetrics),
  }),
  'otelcol.exporter.debug': block({
    verbosity: optional(string),
    sampling_initial: optional(int),
    sampling_thereafter: optional(int),
    use_internal_logger: optional(bool),
    output_paths: optional(list(string)),
    debug_metrics: optionalBlock(debugMetrics),
  }),
  'otelcol.exporter.prometheus': block({
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
  }),
  'otelcol.receiver.prometheus': block({
    output: requiredBlock(consumers),
    debug_metrics: optionalBlock(debugMetrics),
  }),
};
