import { quote } from '../../language/syntax/quote.ts';
import { checkHttpClient, httpClient } from '../../schema/blocks/http-client.ts';
import { relabelRule } from '../../schema/blocks/relabel-rule.ts';
import {
  block,
  type DecodedBlock,
  defaultedBlock,
  optional,
  optionalBlock,
  repeatedBlock,
  required,
} from '../../schema/schema.ts';
import { bool, duration, int, map, secret, string } from '../../schema/types.ts';
import { azuread } from './azuread.ts';

const queueConfig = block({
  capacity: optional(int, 10_000),
  max_shards: optional(int, 50),
  min_shards: optional(int, 1),
  max_samples_per_send: optional(int, 2000),
  batch_send_deadline: optional(duration, 5_000),
  min_backoff: optional(duration, 30),
  max_backoff: optional(duration, 5_000),
  retry_on_http_429: optional(bool, true),
  sample_age_limit: optional(duration),
});

const metadataConfig = block({
  send: optional(bool, true),
  send_interval: optional(duration, 60_000),
  max_samples_per_send: optional(int, 2000),
});

const sigv4 = block(
  {
    region: optional(string),
    access_key: optional(string),
    secret_key: optional(secret),
    profile: optional(string),
    role_arn: optional(string),
    external_id: optional(string),
    use_fips_sts_endpoint: optional(bool),
    service_name: optional(string),
  },
  (args) => {
    if ((args.access_key === '') !== (args.secret_key.reveal() === '')) {
      return 'must provide an AWS SigV4 access key and secret key if credentials are specified in the SigV4 config';
    }
    return args.external_id !== '' && args.role_arn === '' ? 'external_id can only be used with role_arn' : undefined;
  },
);

const protobufMessages = ['prometheus.WriteRequest', 'io.prometheus.write.v2.Request'];

const endpoint = block(
  {
    name: optional(string),
    url: required(string),
    remote_timeout: optional(duration, 30_000),
    headers: optional(map(string)),
    send_exemplars: optional(bool, true),
    send_native_histograms: optional(bool),
    protobuf_message: optional(string, 'prometheus.WriteRequest'),
    ...httpClient,
    enable_http2: optional(bool, false),
    queue_config: defaultedBlock(queueConfig, 'set'),
    metadata_config: defaultedBlock(metadataConfig, 'set'),
    write_relabel_config: repeatedBlock(relabelRule),
    sigv4: optionalBlock(sigv4),
    azuread: optionalBlock(azuread),
    google_iam: optionalBlock(block({ credentials_file: optional(string) })),
    round_robin_dns: optional(bool),
  },
  (args) => {
    const client = checkHttpClient(args);
    if (client !== undefined) {
      return client;
    }
    const inClient =
      args.basic_auth !== undefined ||
      args.oauth2 !== undefined ||
      args.authorization !== undefined ||
      args.bearer_token.reveal() !== '' ||
      args.bearer_token_file !== '';
    const methods = [args.sigv4 !== undefined, args.azuread !== undefined, args.google_iam !== undefined, inClient];
    if (methods.filter(Boolean).length > 1) {
      return 'at most one of sigv4, azuread, google_iam, basic_auth, oauth2, bearer_token & bearer_token_file must be configured';
    }
    return protobufMessages.includes(args.protobuf_message)
      ? undefined
      : `invalid protobuf_message ${quote(args.protobuf_message)} for endpoint ${quote(args.name)}: unknown type for remote write protobuf message ${args.protobuf_message}, supported: ${protobufMessages.join(', ')}`;
  },
);

const wal = block(
  {
    truncate_frequency: optional(duration, 2 * 3_600_000),
    min_keepalive_time: optional(duration, 5 * 60_000),
    max_keepalive_time: optional(duration, 8 * 3_600_000),
  },
  (args) => {
    if (args.truncate_frequency === 0) {
      return 'truncate_frequency must not be 0';
    }
    return args.max_keepalive_time <= args.min_keepalive_time
      ? 'min_keepalive_time must be smaller than max_keepalive_time'
      : undefined;
  },
);

/** `prometheus.remote_write` (Alloy 1.18 reference). */
export const remoteWriteBlock = block({
  external_labels: optional(map(string)),
  endpoint: repeatedBlock(endpoint),
  wal: defaultedBlock(wal),
});

export type RemoteWriteArgs = DecodedBlock<typeof remoteWriteBlock>;
export type RemoteWriteEndpoint = RemoteWriteArgs['endpoint'][number];
