import { block, type DecodedBlock, optional, required } from '../../schema/schema.ts';
import { bool, duration, int, list, secret, string } from '../../schema/types.ts';

/** `prometheus.exporter.redis` (Alloy 1.18 reference). */
export const redisExporterBlock = block(
  {
    include_exporter_metrics: optional(bool),
    redis_addr: required(string),
    redis_user: optional(string),
    redis_password: optional(secret),
    redis_password_file: optional(string),
    redis_password_map_file: optional(string),
    namespace: optional(string, 'redis'),
    config_command: optional(string, 'CONFIG'),
    check_keys: optional(list(string)),
    check_key_groups: optional(list(string)),
    check_key_groups_batch_size: optional(int, 10_000),
    max_distinct_key_groups: optional(int, 100),
    check_single_keys: optional(list(string)),
    check_streams: optional(list(string)),
    check_single_streams: optional(list(string)),
    export_key_values: optional(bool, true),
    count_keys: optional(list(string)),
    script_path: optional(string),
    script_paths: optional(list(string)),
    connection_timeout: optional(duration, 15_000),
    tls_client_key_file: optional(string),
    tls_client_cert_file: optional(string),
    tls_ca_cert_file: optional(string),
    set_client_name: optional(bool, true),
    is_tile38: optional(bool),
    is_cluster: optional(bool),
    export_client_list: optional(bool),
    export_client_port: optional(bool),
    redis_metrics_only: optional(bool),
    ping_on_connect: optional(bool),
    incl_system_metrics: optional(bool),
    skip_tls_verification: optional(bool),
  },
  (args) =>
    args.script_path !== '' && args.script_paths.length > 0
      ? 'only one of script_path and script_paths should be specified'
      : undefined,
);

export type RedisExporterArgs = DecodedBlock<typeof redisExporterBlock>;
