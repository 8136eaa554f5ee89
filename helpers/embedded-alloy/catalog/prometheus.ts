import { metricsReceiver } from '../schema/capsules.ts';
import { type BlockSchema, block, optional, optionalBlock, required } from '../schema/schema.ts';
import { bool, duration, int, list, secret, string, uint, uint32 } from '../schema/types.ts';

const netstat = block({ fields: optional(string) });

const tls = block({
  cert_pem: optional(string),
  key_pem: optional(secret),
  cert_file: optional(string),
  key_file: optional(string),
  client_auth_type: optional(string),
  client_ca_file: optional(string),
  client_ca: optional(string),
  cipher_suites: optional(string),
  min_version: optional(string),
});

/**
 * The blocks of the `prometheus.*` components that are checked but not run (Alloy 1.18 reference), by component name.
 */
export const blocks: Readonly<Record<string, BlockSchema>> = {
  'prometheus.echo': block({ format: optional(string) }),
  'prometheus.exporter.static': block({ text: required(string) }),
  'prometheus.exporter.unix': block({
    include_exporter_metrics: optional(bool),
    procfs_path: optional(string),
    sysfs_path: optional(string),
    rootfs_path: optional(string),
    udev_data_path: optional(string),
    enable_collectors: optional(list(string)),
    disable_collectors: optional(list(string)),
    set_collectors: optional(list(string)),
    arp: optionalBlock(
      block({ device_exclude: optional(string), device_include: optional(string), netlink: optional(bool) }),
    ),
    bcache: optionalBlock(block({ priority_stats: optional(bool) })),
    cpu: optionalBlock(
      block({
        bugs_include: optional(string),
        guest: optional(bool),
        info: optional(bool),
        flags_include: optional(string),
      }),
    ),
    disk: optionalBlock(block({ device_exclude: optional(string), device_include: optional(string) })),
    ethtool: optionalBlock(
      block({ device_exclude: optional(string), device_include: optional(string), metrics_include: optional(string) }),
    ),
    filesystem: optionalBlock(
      block({
        fs_types_exclude: optional(string),
        mount_points_exclude: optional(string),
        mount_timeout: optional(duration),
      }),
    ),
    hwmon: optionalBlock(block({ chip_exclude: optional(string), chip_include: optional(string) })),
    ipvs: optionalBlock(block({ backend_labels: optional(list(string)) })),
    ntp: optionalBlock(
      block({
        ip_ttl: optional(int),
        local_offset_tolerance: optional(duration),
        max_distance: optional(duration),
        protocol_version: optional(int),
        server: optional(string),
        server_is_local: optional(bool),
      }),
    ),
    netclass: optionalBlock(block({ ignore_invalid_speed_device: optional(bool), ignored_devices: optional(string) })),
    netdev: optionalBlock(
      block({ address_info: optional(bool), device_exclude: optional(string), device_include: optional(string) }),
    ),
    netstat: optionalBlock(netstat),
    perf: optionalBlock(
      block({
        cpus: optional(string),
        tracepoint: optional(list(string)),
        disable_hardware_profilers: optional(bool),
        disable_software_profilers: optional(bool),
        disable_cache_profilers: optional(bool),
        hardware_profilers: optional(list(string)),
        software_profilers: optional(list(string)),
        cache_profilers: optional(list(string)),
      }),
    ),
    powersupply: optionalBlock(block({ ignored_supplies: optional(string) })),
    runit: optionalBlock(block({ service_dir: optional(string) })),
    supervisord: optionalBlock(block({ url: optional(string) })),
    sysctl: optionalBlock(block({ include: optional(list(string)), include_info: optional(list(string)) })),
    systemd: optionalBlock(
      block({
        enable_restarts: optional(bool),
        start_time: optional(bool),
        task_metrics: optional(bool),
        unit_exclude: optional(string),
        unit_include: optional(string),
      }),
    ),
    tapestats: optionalBlock(block({ ignored_devices: optional(string) })),
    textfile: optionalBlock(block({ directory: optional(string) })),
    vmstat: optionalBlock(netstat),
  }),
  'prometheus.receive_http': block({
    http: optionalBlock(
      block({
        listen_address: optional(string),
        listen_port: optional(int),
        conn_limit: optional(int),
        server_read_timeout: optional(duration),
        server_write_timeout: optional(duration),
        server_idle_timeout: optional(duration),
        tls: optionalBlock(tls),
        http2: optionalBlock(
          block({
            enabled: optional(bool),
            max_handlers: optional(int),
            max_concurrent_streams: optional(uint32),
            max_decoder_header_table_size: optional(uint32),
            max_encoder_header_table_size: optional(uint32),
            max_read_frame_size: optional(uint32),
            permit_prohibited_ciphers: optional(bool),
            idle_timeout: optional(duration),
            read_idle_timeout: optional(duration),
            ping_timeout: optional(duration),
            write_byte_timeout: optional(duration),
            max_upload_buffer_per_connection: optional(int),
            max_upload_buffer_per_stream: optional(int),
          }),
        ),
      }),
    ),
    grpc: optionalBlock(
      block({
        listen_address: optional(string),
        listen_port: optional(int),
        conn_limit: optional(int),
        max_connection_age: optional(duration),
        max_connection_age_grace: optional(duration),
        max_connection_idle: optional(duration),
        server_max_recv_msg_size: optional(int),
        server_max_send_msg_size: optional(int),
        server_max_concurrent_streams: optional(uint),
        tls: optionalBlock(tls),
      }),
    ),
    graceful_shutdown_timeout: optional(duration),
    forward_to: required(list(metricsReceiver)),
    append_metadata: optional(bool),
    enable_type_and_unit_labels: optional(bool),
    accepted_remote_write_protobuf_messages: optional(list(string)),
  }),
};
