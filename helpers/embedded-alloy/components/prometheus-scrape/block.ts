import { quote } from '../../language/syntax/quote.ts';
import { checkHttpClient, httpClient } from '../../schema/blocks/http-client.ts';
import { metricsReceiver } from '../../schema/capsules.ts';
import { formatDuration } from '../../schema/duration.ts';
import { block, type DecodedBlock, defaultedBlock, optional, required } from '../../schema/schema.ts';
import { bool, duration, float, list, map, size, string, target, uint } from '../../schema/types.ts';

const defaultProtocols = ['OpenMetricsText1.0.0', 'OpenMetricsText0.0.1', 'PrometheusText1.0.0', 'PrometheusText0.0.4'];
const protocols = [...defaultProtocols, 'PrometheusProto'].sort();
const escapingSchemes = ['allow-utf-8', 'underscores', 'dots', 'values'];

/** `prometheus.scrape` (Alloy 1.18 reference). An empty `metric_name_escaping_scheme` follows the validation scheme. */
export const scrapeBlock = block(
  {
    targets: required(list(target)),
    forward_to: required(list(metricsReceiver)),
    job_name: optional(string),
    honor_labels: optional(bool),
    honor_timestamps: optional(bool, true),
    track_timestamps_staleness: optional(bool),
    params: optional(map(list(string))),
    scrape_classic_histograms: optional(bool),
    scrape_native_histograms: optional(bool),
    scrape_failure_log_file: optional(string),
    scrape_interval: optional(duration, 60_000),
    scrape_timeout: optional(duration, 10_000),
    scrape_protocols: optional(list(string), defaultProtocols),
    metrics_path: optional(string, '/metrics'),
    scheme: optional(string, 'http'),
    body_size_limit: optional(size),
    sample_limit: optional(uint),
    target_limit: optional(uint),
    label_limit: optional(uint),
    label_name_length_limit: optional(uint),
    label_value_length_limit: optional(uint),
    ...httpClient,
    extra_metrics: optional(bool),
    enable_protobuf_negotiation: optional(bool),
    metric_name_validation_scheme: optional(string, 'legacy'),
    metric_name_escaping_scheme: optional(string),
    scrape_fallback_protocol: optional(string, 'PrometheusText0.0.4'),
    convert_classic_histograms_to_nhcb: optional(bool),
    enable_compression: optional(bool, true),
    native_histogram_bucket_limit: optional(uint),
    native_histogram_min_bucket_factor: optional(float),
    honor_metadata: optional(bool),
    enable_type_and_unit_labels: optional(bool),
    clustering: defaultedBlock(block({ enabled: required(bool) })),
  },
  (args) => {
    if (args.scrape_timeout > args.scrape_interval) {
      return `scrape_timeout (${formatDuration(args.scrape_timeout)}) greater than scrape_interval (${formatDuration(args.scrape_interval)}) for scrape config with job name ${quote(args.job_name)}`;
    }
    return (
      findProtocolProblem(args.scrape_protocols, args.enable_protobuf_negotiation, args.scrape_native_histograms) ??
      findFallbackProblem(args.scrape_fallback_protocol) ??
      findNamingProblem(args.metric_name_validation_scheme, args.metric_name_escaping_scheme) ??
      checkHttpClient(args)
    );
  },
  (args) =>
    args.metric_name_escaping_scheme === ''
      ? {
          ...args,
          metric_name_escaping_scheme: args.metric_name_validation_scheme === 'utf8' ? 'allow-utf-8' : 'underscores',
        }
      : args,
);

export type ScrapeArgs = DecodedBlock<typeof scrapeBlock>;

function findProtocolProblem(chosen: readonly string[], protobuf: boolean, native: boolean): string | undefined {
  const isDefault = chosen.join() === defaultProtocols.join();
  if (protobuf && !isDefault) {
    return 'both enable_protobuf_negotiation and scrape_protocols are set, only one can be set at a time';
  }
  if (native && !isDefault && !chosen.includes('PrometheusProto')) {
    return 'scrape_native_histograms is set to true, but PrometheusProto is not in scrape_protocols';
  }
  for (const [index, protocol] of chosen.entries()) {
    if (chosen.indexOf(protocol) < index) {
      return `duplicate scrape protocol ${quote(protocol)}: make sure the scrape protocols provided are unique`;
    }
    if (!protocols.includes(protocol)) {
      return `invalid scrape protocol ${quote(protocol)}: ${describeUnknownProtocol(protocol)}`;
    }
  }
  return undefined;
}

function findFallbackProblem(protocol: string): string | undefined {
  return protocol === '' || protocols.includes(protocol)
    ? undefined
    : `invalid scrape_fallback_protocol ${quote(protocol)}: ${describeUnknownProtocol(protocol)}`;
}

function describeUnknownProtocol(protocol: string): string {
  return `unknown scrape protocol ${protocol}, supported: [${protocols.join(' ')}]`;
}

function findNamingProblem(validation: string, escaping: string): string | undefined {
  if (validation !== 'utf8' && validation !== 'legacy') {
    return `invalid metric_name_validation_scheme ${quote(validation)}: must be either "utf8" or "legacy"`;
  }
  if (escaping !== '' && !escapingSchemes.includes(escaping)) {
    return `invalid metric_name_escaping_scheme: ${quote(escaping)}, supported values: [${escapingSchemes.join(' ')}]`;
  }
  return escaping === 'allow-utf-8' && validation !== 'utf8'
    ? "metric_name_escaping_scheme cannot be set to 'allow-utf-8' while metric_name_validation_scheme is not set to 'utf8'"
    : undefined;
}
