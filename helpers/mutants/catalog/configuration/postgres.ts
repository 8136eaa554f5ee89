/** What a person does wrong about the metrics of PostgreSQL. */
import { cut, swap } from '../../edit.ts';
import type { Mutant } from '../../mutant.ts';
import { all, mutant } from '../entry.ts';
import {
  CLOUD,
  INTERVAL,
  POSTGRES_FORWARD,
  POSTGRES_SCRAPE,
  POSTGRES_TARGETS,
  rule,
  TIMEOUT,
  within,
} from './snippets.ts';

const POSTGRES_RULE =
  'regex         = "pg_stat_user_tables_.*|pg_statio_user_.*|pg_stat_user_indexes_.*|pg_stat_statements_.*"\n\t\taction        = "drop"';
const DSN = 'coalesce(sys.env("POSTGRES_EXPORTER_DSN"), "postgresql://postgres:5432/game_scheduler?sslmode=disable")';

export const postgres: readonly Mutant[] = [
  mutant(
    'c46',
    'PostgreSQL: the exporter asks a port where nothing listens',
    { configuration: [swap(DSN, '"postgresql://game_scheduler:x@127.0.0.1:9/game_scheduler?sslmode=disable"')] },
    'phase2',
    { cause: all('prometheus\\.exporter\\.postgres', '127\\.0\\.0\\.1:9\\b|connection refused'), vague: /PostgreSQL/ },
  ),
  mutant(
    'c47',
    'PostgreSQL: the password in the file is wrong',
    { configuration: [swap(DSN, 'string.format("%s&password=wrong-password", sys.env("POSTGRES_EXPORTER_DSN"))')] },
    'phase2',
    { cause: all('prometheus\\.exporter\\.postgres', 'password authentication failed'), vague: /PostgreSQL/ },
  ),
  mutant(
    'c48',
    'PostgreSQL: the exporter gets no data source',
    { configuration: [swap(DSN, '"postgresql://postgres:5432/game_scheduler?sslmode=disable"')] },
    'phase2',
    {
      cause: all('prometheus\\.exporter\\.postgres', 'no such host|lookup postgres|postgres:5432'),
      vague: /PostgreSQL/,
    },
  ),
  mutant(
    'c49',
    'PostgreSQL: the rule that sets job is deleted',
    { configuration: [cut(`${rule('job', 'integrations/postgres_exporter')}\n`)] },
    'phase2',
    { cause: all('job', 'discovery\\.relabel', 'integrations/postgres(?!_exporter)|other labels'), vague: /label/ },
  ),
  mutant(
    'c50',
    'PostgreSQL: the rule that sets instance is deleted',
    { configuration: [cut(`\n${rule('instance', 'postgres')}`)] },
    'phase2',
    { cause: all('instance', 'discovery\\.relabel\\.postgres', 'target_label'), vague: /label/ },
  ),
  mutant(
    'c51',
    'PostgreSQL: job is misspelt',
    { configuration: [swap('"integrations/postgres_exporter"', '"integrations/postgres-exporter"')] },
    'phase2',
    { cause: all('integrations/postgres-exporter', 'job'), vague: /label/ },
  ),
  mutant(
    'c52',
    'PostgreSQL: instance is another word',
    { configuration: [swap('replacement  = "postgres"', 'replacement  = "database"')] },
    'phase2',
    { cause: all('instance="?database|database', 'instance'), vague: /label/ },
  ),
  mutant(
    'c53',
    'PostgreSQL: the scrape takes the targets of the exporter, past the rules',
    { configuration: [within(POSTGRES_SCRAPE, POSTGRES_TARGETS, 'prometheus.exporter.postgres.postgres.targets')] },
    'phase2',
    { cause: all('discovery\\.relabel', 'job', 'labels'), vague: /label/ },
  ),
  mutant(
    'c54',
    'PostgreSQL: the scrape forwards to nothing',
    { configuration: [within(POSTGRES_SCRAPE, POSTGRES_FORWARD, '')] },
    'phase2',
    { cause: all('prometheus\\.scrape\\.postgres', 'forward_to'), vague: /forward_to/ },
  ),
  mutant(
    'c55',
    'PostgreSQL: the relabel forwards to nothing',
    {
      configuration: [
        swap(
          `prometheus.relabel "postgres" {\n\tforward_to = [${CLOUD}]`,
          'prometheus.relabel "postgres" {\n\tforward_to = []',
        ),
      ],
    },
    'phase2',
    { cause: all('prometheus\\.relabel\\.postgres', 'forward_to'), vague: /forward_to/ },
  ),
  mutant(
    'c56',
    'PostgreSQL: the filter is deleted',
    { configuration: [cut(`\n\trule {\n\t\tsource_labels = ["__name__"]\n\t\t${POSTGRES_RULE}\n\t}\n`)] },
    'phase2',
    { cause: all('prometheus\\.relabel(\\.postgres)?|filter|drop', 'pg_stat') },
  ),
  mutant(
    'c57',
    'PostgreSQL: the filter drops all pg_* metrics',
    {
      configuration: [
        swap('regex         = "pg_stat_user_tables_.*|pg_statio_user_.*', 'regex         = "pg_.*|pg_statio_user_.*'),
      ],
    },
    'phase2',
    { cause: all('prometheus\\.relabel\\.postgres', 'drop'), vague: /relabel|drop/ },
  ),
  mutant(
    'c58',
    'PostgreSQL: the filter keeps what it should drop',
    { configuration: [swap(POSTGRES_RULE, POSTGRES_RULE.replace('"drop"', '"keep"'))] },
    'phase2',
    { cause: all('prometheus\\.relabel\\.postgres', 'keep|drop'), vague: /relabel|drop/ },
  ),
  mutant(
    'c60',
    'PostgreSQL: the scrape forwards past the filter',
    { configuration: [within(POSTGRES_SCRAPE, POSTGRES_FORWARD, CLOUD)] },
    'phase2',
    { cause: all('prometheus\\.relabel(\\.postgres)?|prometheus\\.scrape\\.postgres|filter', 'pg_stat') },
  ),
  mutant(
    'c33',
    'PostgreSQL: the scrape interval is ten minutes',
    { configuration: [within(POSTGRES_SCRAPE, INTERVAL, 'scrape_interval = "10m"')] },
    'phase2',
    { cause: all('prometheus\\.scrape\\.postgres', 'scrape_interval', '10m'), vague: /interval/ },
  ),
  mutant(
    'c61',
    'PostgreSQL: the scrape timeout is longer than the interval',
    { configuration: [within(POSTGRES_SCRAPE, TIMEOUT, 'scrape_timeout  = "1h"')] },
    'phase2',
    { cause: all('scrape_timeout', 'config\\.alloy:\\d+|prometheus\\.scrape\\.postgres') },
  ),
  mutant(
    'c62',
    'PostgreSQL: a rule of the relabel drops the label instance',
    {
      configuration: [
        swap(
          `\t\t${POSTGRES_RULE}\n\t}\n`,
          `\t\t${POSTGRES_RULE}\n\t}\n\n\trule {\n\t\tregex  = "instance"\n\t\taction = "labeldrop"\n\t}\n`,
        ),
      ],
    },
    'phase2',
    { cause: all('instance', 'prometheus\\.relabel\\.postgres|labels|labeldrop'), vague: /label/ },
  ),
  mutant(
    'c63',
    'PostgreSQL: the scrape is deleted',
    { configuration: [cut(`prometheus.scrape "postgres" {\n\t${POSTGRES_SCRAPE}\n}\n\n`)] },
    'phase2',
    { cause: all('prometheus\\.scrape', 'postgres'), vague: /scrape/ },
  ),
];
