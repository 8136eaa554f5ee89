import { createExporterComponent } from '../../pipeline/exporter-process/exporter-component.ts';
import type { ExporterFlag, ExporterProgram } from '../../pipeline/exporter-process/exporter-process.ts';
import { readTextFile } from '../../pipeline/http/read-text-file.ts';
import type { ComponentContext, Instance } from '../../schema/component.ts';
import { formatDuration } from '../../schema/duration.ts';
import type { RedisExporterArgs } from './block.ts';

/**
 * `prometheus.exporter.redis`: runs the `prometheus-redis-exporter` of the OS packages. @throws Error, as Alloy does,
 * for arguments that contradict each other or a password file that can't be read
 */
export function createRedisExporter(args: RedisExporterArgs, context: ComponentContext): Instance {
  if (args.redis_addr === '') {
    throw new Error('cannot create redis_exporter; redis_exporter.redis_addr is not defined');
  }
  if ((args.tls_client_key_file !== '') !== (args.tls_client_cert_file !== '')) {
    throw new Error('TLS client key file and cert file should both be present');
  }
  if (args.redis_password_file !== '' && args.redis_password_map_file !== '') {
    throw new Error('only one of redis_password_file and redis_password_map_file should be specified');
  }
  const password =
    args.redis_password_file === '' ? args.redis_password.reveal() : readPassword(args.redis_password_file);
  const program: ExporterProgram = {
    names: ['prometheus-redis-exporter', 'redis_exporter'],
    package: 'prometheus-redis-exporter',
    listen: (address) => [`-web.listen-address=${address}`, '-redis-only-metrics=true'],
    flags: () => flags(args),
    environment: {
      REDIS_ADDR: args.redis_addr,
      ...(args.redis_user !== '' && { REDIS_USER: args.redis_user }),
      ...(password !== '' && { REDIS_PASSWORD: password }),
    },
    secrets: [password, /:\/\/[^/]*:(.*)@/.exec(args.redis_addr)?.[1] ?? ''],
  };
  return createExporterComponent('redis', args.redis_addr, program, context);
}

/** Flags for all arguments that differ from the defaults of the program. */
function flags(args: RedisExporterArgs): ExporterFlag[] {
  const scripts = args.script_path === '' ? args.script_paths : [args.script_path];
  const written: readonly (readonly [argument: keyof RedisExporterArgs, flag: string, value: string, own: string])[] = [
    ['namespace', 'namespace', args.namespace, 'redis'],
    ['config_command', 'config-command', args.config_command, 'CONFIG'],
    ['check_keys', 'check-keys', args.check_keys.join(','), ''],
    ['check_key_groups', 'check-key-groups', args.check_key_groups.join(','), ''],
    ['check_key_groups_batch_size', 'check-keys-batch-size', String(args.check_key_groups_batch_size), ''],
    ['max_distinct_key_groups', 'max-distinct-key-groups', String(args.max_distinct_key_groups), '100'],
    ['check_single_keys', 'check-single-keys', args.check_single_keys.join(','), ''],
    ['check_streams', 'check-streams', args.check_streams.join(','), ''],
    ['check_single_streams', 'check-single-streams', args.check_single_streams.join(','), ''],
    ['export_key_values', 'disable-exporting-key-values', String(!args.export_key_values), 'false'],
    ['count_keys', 'count-keys', args.count_keys.join(','), ''],
    ['script_path', 'script', scripts.join(','), ''],
    ['connection_timeout', 'connection-timeout', formatDuration(args.connection_timeout), '15s'],
    ['tls_client_key_file', 'tls-client-key-file', args.tls_client_key_file, ''],
    ['tls_client_cert_file', 'tls-client-cert-file', args.tls_client_cert_file, ''],
    ['tls_ca_cert_file', 'tls-ca-cert-file', args.tls_ca_cert_file, ''],
    ['redis_password_map_file', 'redis.password-file', args.redis_password_map_file, ''],
    ['set_client_name', 'set-client-name', String(args.set_client_name), 'true'],
    ['is_tile38', 'is-tile38', String(args.is_tile38), 'false'],
    ['is_cluster', 'is-cluster', String(args.is_cluster), 'false'],
    ['export_client_list', 'export-client-list', String(args.export_client_list), 'false'],
    ['export_client_port', 'export-client-port', String(args.export_client_port), 'false'],
    ['ping_on_connect', 'ping-on-connect', String(args.ping_on_connect), 'false'],
    ['incl_system_metrics', 'include-system-metrics', String(args.incl_system_metrics), 'false'],
    ['skip_tls_verification', 'skip-tls-verification', String(args.skip_tls_verification), 'false'],
  ];
  return written
    .filter(([, , value, own]) => value !== own)
    .map(([argument, flag, value]) => ({ argument, flag, written: `-${flag}=${value}` }));
}

function readPassword(path: string): string {
  return readTextFile(path, `error loading password file ${path}`).trim();
}
