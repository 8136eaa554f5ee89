import { block, type DecodedBlock, defaultedBlock, optional, optionalBlock } from '../../schema/schema.ts';
import { bool, list, secret, string, uint } from '../../schema/types.ts';

const autodiscovery = block({
  enabled: optional(bool),
  database_allowlist: optional(list(string)),
  database_denylist: optional(list(string)),
});

const statStatements = block({
  include_query: optional(bool),
  query_length: optional(uint),
  limit: optional(uint),
  exclude_databases: optional(list(string)),
  exclude_users: optional(list(string)),
});

/** `prometheus.exporter.postgres` (Alloy 1.18 reference). */
export const postgresExporterBlock = block(
  {
    data_source_names: optional(list(secret)),
    disable_settings_metrics: optional(bool),
    disable_default_metrics: optional(bool),
    custom_queries_config_path: optional(string),
    enabled_collectors: optional(list(string)),
    autodiscovery: defaultedBlock(autodiscovery),
    stat_statements: optionalBlock(statStatements),
  },
  (args) => {
    if (args.disable_default_metrics && args.custom_queries_config_path === '') {
      return 'custom_queries_config_path must be set when disable_default_metrics is true';
    }
    return args.disable_default_metrics && args.enabled_collectors.length > 0
      ? 'enabled_collectors cannot be set when disable_default_metrics is true'
      : undefined;
  },
);

export type PostgresExporterArgs = DecodedBlock<typeof postgresExporterBlock>;
