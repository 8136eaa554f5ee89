import { block, optional, optionalBlock } from '../../schema/schema.ts';
import { bool, duration, int, list, string } from '../../schema/types.ts';

const netstat = block({ fields: optional(string) });

/** `prometheus.exporter.unix` (Alloy 1.18 reference): checked; the engine can't run it. */
export const prometheusExporterUnixBlock = block({
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
});
