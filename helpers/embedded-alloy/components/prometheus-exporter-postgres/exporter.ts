import { fileURLToPath } from 'node:url';
import { createExporterComponent } from '../../pipeline/exporter-process/exporter-component.ts';
import type { ExporterFlag, ExporterProgram } from '../../pipeline/exporter-process/exporter-process.ts';
import type { ComponentContext, Instance } from '../../schema/component.ts';
import type { PostgresExporterArgs } from './block.ts';
import { findSecrets, readInstance } from './data-source.ts';

const COLLECTOR = 'collector.';

/**
 * `prometheus.exporter.postgres`: runs the `prometheus-postgres-exporter` of the OS packages. @throws Error, as Alloy
 * does, if there is no data source or it is not a URL
 */
export function createPostgresExporter(args: PostgresExporterArgs, context: ComponentContext): Instance {
  const sources = readDataSources(args, context);
  const [first = ''] = sources;
  const instance = sources.length === 1 ? readInstance(first) : context.id;
  const program: ExporterProgram = {
    names: ['prometheus-postgres-exporter', 'postgres_exporter'],
    package: 'prometheus-postgres-exporter',
    listen: (address) => [`--web.listen-address=${address}`],
    flags: (known) => [...buildPlainFlags(args), ...buildCollectorFlags(args, known), ...buildTableFlags(args, known)],
    environment: { DATA_SOURCE_NAME: sources.join(',') },
    secrets: sources.flatMap(findSecrets),
  };
  return createExporterComponent('postgres', instance, program, context);
}

function readDataSources(args: PostgresExporterArgs, { environment }: ComponentContext): readonly string[] {
  if (args.data_source_names.length > 0) {
    return args.data_source_names.map((source) => source.reveal());
  }
  const fromEnvironment = environment.POSTGRES_EXPORTER_DATA_SOURCE_NAME;
  if (fromEnvironment === undefined) {
    throw new Error(
      'cannot create postgres_exporter; neither postgres_exporter.data_source_name or $POSTGRES_EXPORTER_DATA_SOURCE_NAME is set',
    );
  }
  return fromEnvironment.split(',');
}

function buildPlainFlags(args: PostgresExporterArgs): ExporterFlag[] {
  const { autodiscovery } = args;
  const flag = (argument: string, name: string, value: string): ExporterFlag[] =>
    value === '' ? [] : [{ argument, flag: name, written: `--${name}=${value}` }];
  const toggle = (argument: string, name: string, on: boolean): ExporterFlag[] =>
    on ? [{ argument, flag: name, written: `--${name}` }] : [];
  return [
    ...toggle('disable_settings_metrics', 'disable-settings-metrics', args.disable_settings_metrics),
    ...toggle('disable_default_metrics', 'disable-default-metrics', args.disable_default_metrics),
    ...flag('custom_queries_config_path', 'extend.query-path', args.custom_queries_config_path),
    ...toggle('autodiscovery', 'auto-discover-databases', autodiscovery.enabled),
    ...flag('autodiscovery > database_allowlist', 'include-databases', autodiscovery.database_allowlist.join(',')),
    ...flag('autodiscovery > database_denylist', 'exclude-databases', autodiscovery.database_denylist.join(',')),
  ];
}

/** The collectors to run: the enabled ones; by default all; none without the default metrics. */
function buildCollectorFlags(args: PostgresExporterArgs, known: ReadonlySet<string>): ExporterFlag[] {
  const collectors = [...known].filter((flag) => /^collector\.\w+$/.test(flag));
  const off = (flag: string): ExporterFlag => ({ argument: 'enabled_collectors', flag, written: `--no-${flag}` });
  if (args.disable_default_metrics) {
    return collectors.map(off);
  }
  const statements = args.stat_statements === undefined ? [] : buildStatementFlags(args.stat_statements);
  if (args.enabled_collectors.length === 0) {
    return statements;
  }
  const wanted = args.enabled_collectors.map((name) => `${COLLECTOR}${name}`);
  return [
    ...wanted.map((flag) => ({
      argument: `enabled_collectors "${flag.slice(COLLECTOR.length)}"`,
      flag,
      written: `--${flag}`,
    })),
    ...collectors.filter((flag) => !wanted.includes(flag)).map(off),
    ...statements,
  ];
}

const TABLE_QUERIES = fileURLToPath(new URL('./user-tables.yaml', import.meta.url));

/** Alloy's exporter has a series for each table by default: a program without those collectors gets them as queries. */
function buildTableFlags(args: PostgresExporterArgs, known: ReadonlySet<string>): ExporterFlag[] {
  const isDefault = !args.disable_default_metrics && args.enabled_collectors.length === 0;
  if (!isDefault || args.custom_queries_config_path !== '' || known.has('collector.stat_user_tables')) return [];
  const flag = 'extend.query-path';
  return known.has(flag) ? [{ argument: 'enabled_collectors', flag, written: `--${flag}=${TABLE_QUERIES}` }] : [];
}

function buildStatementFlags(args: NonNullable<PostgresExporterArgs['stat_statements']>): ExporterFlag[] {
  const values = {
    include_query: args.include_query ? 'true' : '',
    query_length: args.query_length > 0 ? String(args.query_length) : '',
    limit: args.limit > 0 ? String(args.limit) : '',
    exclude_databases: args.exclude_databases.join(','),
    exclude_users: args.exclude_users.join(','),
  };
  return Object.entries(values)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => {
      const flag = `${COLLECTOR}stat_statements.${name}`;
      const written = name === 'include_query' ? `--${flag}` : `--${flag}=${value}`;
      return { argument: `stat_statements > ${name}`, flag, written };
    });
}
