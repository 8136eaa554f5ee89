/** What a person does wrong where metrics are scraped, of whichever source. */
import { swap } from '../../edit.ts';
import type { Mutant } from '../../mutant.ts';
import { all, mutant } from '../entry.ts';
import {
  POSTGRES_FORWARD,
  POSTGRES_SCRAPE,
  RABBITMQ_FORWARD,
  RABBITMQ_RULE,
  RABBITMQ_SCRAPE,
  REDIS_SCRAPE,
  REMOTE_WRITE,
  rule,
  TIMEOUT,
  within,
  writeRule,
} from './snippets.ts';

const REDIS_RELABEL = 'targets = prometheus.exporter.redis.redis.targets\n';

const furtherScrapes: readonly Mutant[] = [
  mutant(
    'c111',
    'Redis: a rule of the relabel keeps no target',
    {
      configuration: [
        swap(
          REDIS_RELABEL,
          `${REDIS_RELABEL}\n\trule {\n\t\tsource_labels = ["job"]\n\t\tregex         = "redis"\n\t\taction        = "keep"\n\t}\n`,
        ),
      ],
    },
    'phase3',
    { cause: all('discovery\\.relabel\\.redis', 'keep'), vague: /target/ },
  ),
  mutant(
    'c112',
    'Redis: a rule of the relabel gives the target another address',
    {
      configuration: [swap(REDIS_RELABEL, `${REDIS_RELABEL}\n${rule('__address__', '127.0.0.1:9')}`)],
    },
    'phase3',
    { cause: all('discovery\\.relabel\\.redis', '__address__', '127\\.0\\.0\\.1:9\\b'), vague: /scrape|refused/ },
  ),
  mutant(
    'c113',
    'Redis: the rule that sets job applies to no target',
    {
      configuration: [
        within(
          rule('job', 'integrations/redis_exporter'),
          'target_label',
          'source_labels = ["job"]\n\t\tregex         = "redis"\n\t\ttarget_label',
        ),
      ],
    },
    'phase3',
    { cause: all('discovery\\.relabel\\.redis', 'job', 'regex|source_labels'), vague: /label/ },
  ),
  mutant(
    'c114',
    'Redis: the exporter logs in as a user that is not there',
    {
      configuration: [
        swap(
          'redis_password = sys.env("REDIS_EXPORTER_PASSWORD")',
          'redis_user     = "monitor"\n\tredis_password = sys.env("REDIS_EXPORTER_PASSWORD")',
        ),
      ],
    },
    'phase3',
    { cause: all('prometheus\\.exporter\\.redis', 'redis_user', 'WRONGPASS|log in'), vague: /Redis/ },
  ),
  mutant(
    'c115',
    'PostgreSQL: the exporter collects nothing of databases',
    {
      configuration: [
        swap('disable_settings_metrics = true', 'disable_settings_metrics = true\n\tdisable_default_metrics  = true'),
      ],
    },
    'phase2',
    { cause: all('config\\.alloy:\\d+', 'disable_default_metrics') },
  ),
  mutant(
    'c116',
    'PostgreSQL: of the collectors only the one of locks is enabled',
    {
      configuration: [
        swap(
          'disable_settings_metrics = true',
          'disable_settings_metrics = true\n\tenabled_collectors       = ["locks"]',
        ),
      ],
    },
    'phase2',
    { cause: all('prometheus\\.exporter\\.postgres', 'enabled_collectors'), vague: /exporter/ },
  ),
  mutant(
    'c117',
    'PostgreSQL: the scrape forwards into the relabel of RabbitMQ',
    { configuration: [within(POSTGRES_SCRAPE, POSTGRES_FORWARD, 'prometheus.relabel.rabbitmq.receiver')] },
    'phase2',
    { cause: all('prometheus\\.(relabel|scrape)\\.(postgres|rabbitmq)', 'pg_stat'), vague: /filter/ },
  ),
  mutant(
    'c118',
    'PostgreSQL: the scrape timeout is a millisecond',
    { configuration: [within(POSTGRES_SCRAPE, TIMEOUT, 'scrape_timeout  = "1ms"')] },
    'phase2',
    { cause: all('prometheus\\.scrape\\.postgres', 'scrape_timeout', '1ms'), vague: /scrape/ },
  ),
  mutant(
    'c119',
    'RabbitMQ: it is scraped at the page with details, without the families',
    {
      configuration: [swap(`\t${RABBITMQ_FORWARD}`, `\tmetrics_path    = "/metrics/detailed"\n\t${RABBITMQ_FORWARD}`)],
    },
    'phase7',
    { cause: all('prometheus\\.scrape\\.rabbitmq', 'metrics_path', '/metrics/detailed'), vague: /scrape/ },
  ),
  mutant(
    'c120',
    'RabbitMQ: the body of a scrape may have a kilobyte',
    { configuration: [swap(`\t${RABBITMQ_FORWARD}`, `\tbody_size_limit = "1KB"\n\t${RABBITMQ_FORWARD}`)] },
    'phase7',
    { cause: all('body_size_limit', 'prometheus\\.scrape\\.rabbitmq'), vague: /scrape/ },
  ),
  mutant(
    'c121',
    'RabbitMQ: the scrape takes a label at most',
    { configuration: [swap(`\t${RABBITMQ_FORWARD}`, `\tlabel_limit     = 1\n\t${RABBITMQ_FORWARD}`)] },
    'phase7',
    { cause: all('label_limit', 'prometheus\\.scrape\\.rabbitmq'), vague: /scrape/ },
  ),
  mutant(
    'c122',
    'RabbitMQ: the scrape timeout is a millisecond',
    { configuration: [within(RABBITMQ_SCRAPE, TIMEOUT, 'scrape_timeout  = "1ms"')] },
    'phase7',
    { cause: all('prometheus\\.scrape\\.rabbitmq', 'scrape_timeout', '1ms'), vague: /scrape/ },
  ),
  mutant(
    'c123',
    'RabbitMQ: a rule keeps what has a label that no series has',
    {
      configuration: [
        swap(
          `\t\t${RABBITMQ_RULE}\n\t}\n`,
          `\t\t${RABBITMQ_RULE}\n\t}\n\n\trule {\n\t\tsource_labels = ["name"]\n\t\tregex         = "rabbitmq_.*"\n\t\taction        = "keep"\n\t}\n`,
        ),
      ],
    },
    'phase7',
    { cause: all('prometheus\\.relabel\\.rabbitmq', 'keep'), vague: /relabel|drop/ },
  ),
  mutant(
    'c124',
    'RabbitMQ: a rule keeps the series of one queue',
    {
      configuration: [
        swap(
          `\t\t${RABBITMQ_RULE}\n\t}\n`,
          `\t\t${RABBITMQ_RULE}\n\t}\n\n\trule {\n\t\tsource_labels = ["queue"]\n\t\tregex         = "|orders"\n\t\taction        = "keep"\n\t}\n`,
        ),
      ],
    },
    'phase7',
    { cause: all('prometheus\\.relabel\\.rabbitmq', 'keep'), vague: /relabel|drop/ },
  ),
  mutant(
    'c125',
    'Redis: a rule of remote write gives redis_up another name',
    {
      configuration: [
        writeRule([
          'source_labels = ["__name__"]',
          'regex         = "redis_(.*)"',
          'target_label  = "__name__"',
          'replacement   = "cache_$1"',
        ]),
      ],
    },
    'phase3',
    { cause: all('write_relabel_config', '__name__', REMOTE_WRITE), vague: /name/ },
  ),
];

const misspeltSources: readonly Mutant[] = [
  mutant(
    'c127',
    'RabbitMQ: the name of the variable with the address is misspelt',
    { configuration: [swap('"RABBITMQ_METRICS_ADDRESS"', '"RABBITMQ_METRICS_ADRESS"')] },
    'phase7',
    {
      cause: all('RABBITMQ_METRICS_ADRESS', 'RABBITMQ_METRICS_ADDRESS', 'prometheus\\.scrape\\.rabbitmq'),
      vague: /scrape/,
    },
  ),
  mutant(
    'c128',
    'Redis: the name of the variable with the address is misspelt',
    { configuration: [swap('"REDIS_EXPORTER_ADDRESS"', '"REDIS_EXPORTER_ADDR"')] },
    'phase3',
    { cause: all('REDIS_EXPORTER_ADDR\\b', 'prometheus\\.exporter\\.redis'), vague: /Redis/ },
  ),
  mutant(
    'c129',
    'Redis: the name of the variable with the password is misspelt',
    { configuration: [swap('"REDIS_EXPORTER_PASSWORD"', '"REDIS_EXPORTER_PASSWRD"')] },
    'phase3',
    { cause: all('NOAUTH', 'REDIS_EXPORTER_PASSWRD', 'REDIS_EXPORTER_PASSWORD'), vague: /Redis/ },
  ),
];

/** What leaves a rule or a variable right, and changes what becomes of it. */
const besides: readonly Mutant[] = [
  mutant(
    'c190',
    'PostgreSQL: the filter names the beginnings of names only',
    {
      configuration: [
        swap(
          'pg_stat_user_tables_.*|pg_statio_user_.*|pg_stat_user_indexes_.*|pg_stat_statements_.*',
          'pg_stat_user_tables|pg_statio_user|pg_stat_user_indexes|pg_stat_statements',
        ),
      ],
    },
    'phase2',
    { cause: all('prometheus\\.relabel\\.postgres', 'whole value', 'config\\.alloy:\\d+') },
  ),
  mutant(
    'c191',
    'RabbitMQ: http:// is put before its address',
    {
      configuration: [
        swap(
          'coalesce(sys.env("RABBITMQ_METRICS_ADDRESS")',
          '"http://" + coalesce(sys.env("RABBITMQ_METRICS_ADDRESS")',
        ),
      ],
    },
    'phase7',
    { cause: all('__address__ at \\S*config\\.alloy:\\d+', 'without a scheme'), vague: /valid hostname/ },
  ),
  mutant(
    'c192',
    'RabbitMQ: the scrape forwards past the filter as well',
    {
      configuration: [
        swap(
          'forward_to      = [prometheus.relabel.rabbitmq.receiver]',
          'forward_to      = [prometheus.relabel.rabbitmq.receiver, prometheus.remote_write.grafana_cloud.receiver]',
        ),
      ],
    },
    'phase7',
    { cause: all('forward_to', 'alone', 'config\\.alloy:\\d+') },
  ),
  mutant(
    'c193',
    'Redis: its address gets the scheme of TLS',
    {
      configuration: [
        swap('coalesce(sys.env("REDIS_EXPORTER_ADDRESS")', '"rediss://" + coalesce(sys.env("REDIS_EXPORTER_ADDRESS")'),
      ],
    },
    'phase3',
    { cause: all('redis_addr at \\S*config\\.alloy:\\d+', 'rediss'), vague: /Redis/ },
  ),
  mutant(
    'c194',
    'Redis: its password is read from a variable of another name',
    { configuration: [swap('sys.env("REDIS_EXPORTER_PASSWORD")', 'sys.env("REDIS_PASSWORD")')] },
    'phase3',
    { cause: all('REDIS_PASSWORD', 'redis_password', 'config\\.alloy:\\d+'), vague: /REDIS_PASSWORD/ },
  ),
  mutant(
    'c195',
    'RabbitMQ: it has a second target, where nothing listens',
    {
      configuration: [
        swap(
          '"instance"    = "rabbitmq",\n\t}]',
          '"instance"    = "rabbitmq",\n\t}, {"__address__" = "127.0.0.1:9", "job" = "integrations/rabbitmq", "instance" = "other"}]',
        ),
      ],
    },
    'phase7',
    { cause: all('127\\.0\\.0\\.1:9', '__address__', 'config\\.alloy:\\d+'), vague: /refused/ },
  ),
];

/** What is scraped more than once. */
const again: readonly Mutant[] = [
  mutant(
    'c183',
    'Redis: it is scraped twice, by a copy of its scrape',
    {
      configuration: [
        swap(
          `prometheus.scrape "redis" {\n\t${REDIS_SCRAPE}\n}\n`,
          `prometheus.scrape "redis" {\n\t${REDIS_SCRAPE}\n}\n\nprometheus.scrape "cache" {\n\t${REDIS_SCRAPE}\n}\n`,
        ),
      ],
    },
    'phase3',
    { cause: all('prometheus\\.scrape\\.redis', 'prometheus\\.scrape\\.cache', 'config\\.alloy:\\d+'), vague: /twice/ },
  ),
];

export const scrapes: readonly Mutant[] = [...furtherScrapes, ...misspeltSources, ...again, ...besides];
