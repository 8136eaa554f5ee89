/** What a person does wrong in config.alloy. */
import { cut, type Edit, swap } from '../edit.ts';
import type { Expectation, Mutant } from '../mutant.ts';
import { all, DELIVERY, mutant } from './entry.ts';

const RECEIVER = 'otelcol\\.receiver\\.otlp';
const BATCH = 'otelcol\\.processor\\.batch';
const AUTH = 'otelcol\\.auth\\.basic';
const EXPORTER = 'otelcol\\.exporter\\.otlphttp';
const REMOTE_WRITE = 'prometheus\\.remote_write';

const TO_BATCH = '[otelcol.processor.batch.services.input]';
const TO_EXPORTER = '[otelcol.exporter.otlphttp.grafana_cloud.input]';
const OTLP_USER = 'username = sys.env("GRAFANA_CLOUD_OTLP_INSTANCE_ID")';
const OTLP_PASSWORD =
  'username = sys.env("GRAFANA_CLOUD_OTLP_INSTANCE_ID")\n\tpassword = sys.env("GRAFANA_CLOUD_API_KEY")';
const OTLP_ENDPOINT = 'endpoint = sys.env("GRAFANA_CLOUD_OTLP_ENDPOINT")';
const URL = 'url = sys.env("GRAFANA_CLOUD_PROMETHEUS_ENDPOINT")';
const METRICS_USER = 'username = sys.env("GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID")';
const METRICS_PASSWORD = `${METRICS_USER}\n\t\t\tpassword = sys.env("GRAFANA_CLOUD_API_KEY")`;
const LOGIN_BLOCK = `\t\tbasic_auth {\n\t\t\t${METRICS_PASSWORD}\n\t\t}\n\n`;
const INTERVAL = 'scrape_interval = coalesce(sys.env("ALLOY_SCRAPE_INTERVAL"), "60s")';
const TIMEOUT = 'scrape_timeout  = coalesce(sys.env("ALLOY_SCRAPE_TIMEOUT"), "10s")';
const DSN = 'coalesce(sys.env("POSTGRES_EXPORTER_DSN"), "postgresql://postgres:5432/game_scheduler?sslmode=disable")';
const METRICS_ADDRESS = 'coalesce(sys.env("RABBITMQ_METRICS_ADDRESS"), "rabbitmq:15692")';

/** The lines of a scrape from its targets on, with those of one that is changed. */
function scrape(targets: string, forwardTo: string): string {
  return `targets         = ${targets}\n\tforward_to      = [${forwardTo}]\n\t${INTERVAL}\n\t${TIMEOUT}`;
}
const POSTGRES_TARGETS = 'discovery.relabel.postgres.output';
const POSTGRES_FORWARD = 'prometheus.relabel.postgres.receiver';
const REDIS_TARGETS = 'discovery.relabel.redis.output';
const CLOUD = 'prometheus.remote_write.grafana_cloud.receiver';
const POSTGRES_SCRAPE = scrape(POSTGRES_TARGETS, POSTGRES_FORWARD);
const REDIS_SCRAPE = scrape(REDIS_TARGETS, CLOUD);
const RABBITMQ_FORWARD = 'forward_to      = [prometheus.relabel.rabbitmq.receiver]';
const RABBITMQ_SCRAPE = `${RABBITMQ_FORWARD}\n\t${INTERVAL}\n\t${TIMEOUT}`;
const POSTGRES_RULE =
  'regex         = "pg_stat_user_tables_.*|pg_statio_user_.*|pg_stat_user_indexes_.*|pg_stat_statements_.*"\n\t\taction        = "drop"';
const RABBITMQ_RULE =
  'regex         = "erlang_vm_allocators|erlang_vm_msacc_.*|erlang_mnesia_tablewise_.*"\n\t\taction        = "drop"';

/** A rule that sets a label of a scrape's targets. */
function rule(label: string, value: string): string {
  return `\trule {\n\t\ttarget_label = "${label}"\n\t\treplacement  = "${value}"\n\t}\n`;
}

/** An edit in a longer text: what is found once in the whole only with what stands around it. */
function within(context: string, find: string, replace: string): Edit {
  return swap(
    context,
    context.replace(find, () => replace),
  );
}

/** A `write_relabel_config` before the queue's settings. */
function writeRule(lines: readonly string[]): Edit {
  const body = lines.map((line) => `\t\t\t${line}\n`).join('');
  return swap('\t\tqueue_config {', `\t\twrite_relabel_config {\n${body}\t\t}\n\n\t\tqueue_config {`);
}

const noOutput = (component: string, signal: string): Expectation => ({
  cause: all(`${component}[\\w.]*`, signal, 'output'),
  vague: /Follow the output|telemetry type is not supported|accepted nothing/,
});

const edges: readonly Mutant[] = (['traces', 'metrics', 'logs'] as const).flatMap((signal, index) => {
  const name = signal.padEnd(7);
  return [
    mutant(
      `c0${index}r`,
      `receiver: the output of ${signal} is deleted`,
      { configuration: [cut(`\t\t${name} = ${TO_BATCH}\n`)] },
      DELIVERY,
      noOutput(RECEIVER, signal),
    ),
    mutant(
      signal === 'traces' ? 'c03' : `c0${index}b`,
      `batch: the output of ${signal} is deleted`,
      { configuration: [cut(`\t\t${name} = ${TO_EXPORTER}\n`)] },
      DELIVERY,
      noOutput(BATCH, signal),
    ),
    mutant(
      `c0${index}e`,
      `batch: the output of ${signal} is an empty list`,
      { configuration: [swap(`\t\t${name} = ${TO_EXPORTER}\n`, `\t\t${name} = []\n`)] },
      DELIVERY,
      noOutput(BATCH, signal),
    ),
  ];
});

const otlp: readonly Mutant[] = [
  mutant(
    'c07',
    'OTLP login: the Prometheus ID is its user name',
    { configuration: [swap(OTLP_USER, 'username = sys.env("GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID")')] },
    DELIVERY,
    { cause: all('401', '2847239', `GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID|${AUTH}`), vague: /401/ },
  ),
  mutant(
    'c08',
    'OTLP login: the Loki ID is its user name',
    { configuration: [swap(OTLP_USER, 'username = sys.env("GRAFANA_CLOUD_LOKI_INSTANCE_ID")')] },
    DELIVERY,
    { cause: all('401', '1419296', `GRAFANA_CLOUD_LOKI_INSTANCE_ID|${AUTH}`), vague: /401/ },
  ),
  mutant(
    'c09',
    'OTLP exporter: /v1/traces is appended to its endpoint',
    { configuration: [swap(OTLP_ENDPOINT, `${OTLP_ENDPOINT} + "/v1/traces"`)] },
    DELIVERY,
    { cause: all('404', '/otlp/v1/traces', `${EXPORTER}|endpoint`), vague: /404/ },
  ),
  mutant(
    'c10',
    'OTLP login: a variable name is misspelt, so the user name is empty',
    { configuration: [swap(OTLP_USER, 'username = sys.env("GRAFANA_CLOUD_OTLP_ID")')] },
    DELIVERY,
    { cause: all('401|no username', `${AUTH}|config\\.alloy:4\\d`), vague: /401/ },
  ),
  mutant(
    'c11',
    'OTLP login: the password is read from a variable that is not set',
    { configuration: [swap(OTLP_PASSWORD, OTLP_PASSWORD.replace('GRAFANA_CLOUD_API_KEY', 'GRAFANA_CLOUD_TOKEN'))] },
    DELIVERY,
    {
      cause: all('401|no password', 'password|token', `${AUTH}|GRAFANA_CLOUD_API_KEY|config\\.alloy:4\\d`),
      vague: /401/,
    },
  ),
  mutant(
    'c12',
    'the exporter is the one for gRPC, with the HTTP endpoint',
    {
      configuration: [
        swap('otelcol.exporter.otlphttp "grafana_cloud"', 'otelcol.exporter.otlp "grafana_cloud"'),
        swap('otelcol.exporter.otlphttp.grafana_cloud.input', 'otelcol.exporter.otlp.grafana_cloud.input', 3),
      ],
    },
    DELIVERY,
    { cause: all('otelcol\\.exporter\\.otlp\\b', 'otlphttp|HTTP URL|gRPC'), vague: /exporter/ },
  ),
  mutant(
    'c13',
    'OTLP exporter: its auth is deleted',
    { configuration: [cut('\t\tauth     = otelcol.auth.basic.grafana_cloud.handler\n')] },
    DELIVERY,
    { cause: all('401', `without a login|no login|no credentials`), vague: /401/ },
  ),
  mutant(
    'c14',
    'OTLP exporter: it reads the endpoint of Tempo',
    { configuration: [swap(OTLP_ENDPOINT, 'endpoint = sys.env("GRAFANA_CLOUD_TEMPO_ENDPOINT")')] },
    DELIVERY,
    { cause: all('GRAFANA_CLOUD_TEMPO_ENDPOINT|/tempo', 'endpoint'), vague: /401|404/ },
  ),
  mutant(
    'c15',
    'OTLP exporter: it reads the endpoint of Prometheus',
    { configuration: [swap(OTLP_ENDPOINT, 'endpoint = sys.env("GRAFANA_CLOUD_PROMETHEUS_ENDPOINT")')] },
    DELIVERY,
    { cause: all('GRAFANA_CLOUD_PROMETHEUS_ENDPOINT|/api/prom/push', 'endpoint'), vague: /401|404/ },
  ),
  mutant(
    'c16',
    'OTLP exporter: its endpoint is a port where nothing listens',
    { configuration: [swap(OTLP_ENDPOINT, 'endpoint = "http://127.0.0.1:9/otlp"')] },
    DELIVERY,
    { cause: all('127\\.0\\.0\\.1:9\\b', 'refused', EXPORTER), vague: /refused|reach/ },
  ),
  mutant(
    'c17',
    'OTLP exporter: its endpoint is a host name that nobody has',
    { configuration: [swap(OTLP_ENDPOINT, 'endpoint = "http://otlp-gateway.invalid/otlp"')] },
    DELIVERY,
    { cause: all('otlp-gateway\\.invalid', EXPORTER), vague: /reach|no such host/ },
  ),
  mutant(
    'c18',
    'OTLP exporter: a variable name is misspelt, so the endpoint is empty',
    { configuration: [swap(OTLP_ENDPOINT, 'endpoint = sys.env("GRAFANA_CLOUD_OTLP_ENDPOIN")')] },
    DELIVERY,
    { cause: all('config\\.alloy:\\d+|otlphttp', 'endpoint') },
  ),
  mutant(
    'c19',
    'OTLP exporter: traces have an endpoint of their own, with a wrong path',
    {
      configuration: [
        swap(
          `\tclient {\n\t\t${OTLP_ENDPOINT}`,
          `\ttraces_endpoint = sys.env("GRAFANA_CLOUD_OTLP_ENDPOINT") + "/traces"\n\n\tclient {\n\t\t${OTLP_ENDPOINT}`,
        ),
      ],
    },
    DELIVERY,
    { cause: all('404', '/otlp/traces', 'traces'), vague: /404/ },
  ),
  mutant(
    'c20',
    'OTLP login: a wrong instance ID stands in the file',
    { configuration: [swap(OTLP_USER, 'username = "1234567"')] },
    DELIVERY,
    { cause: all('401', '1234567', `${AUTH}|GRAFANA_CLOUD_OTLP_INSTANCE_ID`), vague: /401/ },
  ),
  mutant(
    'c21',
    'receiver: it has no grpc block',
    {
      configuration: [
        cut('\tgrpc {\n\t\tendpoint = coalesce(sys.env("ALLOY_OTLP_GRPC_LISTEN"), "0.0.0.0:4317")\n\t}\n\n'),
      ],
    },
    DELIVERY,
    { cause: all(RECEIVER, 'grpc'), vague: /refused|accepted nothing/i },
  ),
  mutant(
    'c23',
    'receiver: it has no http block',
    {
      configuration: [
        cut('\n\thttp {\n\t\tendpoint = coalesce(sys.env("ALLOY_OTLP_HTTP_LISTEN"), "0.0.0.0:4318")\n\t}\n'),
      ],
    },
    DELIVERY,
    { cause: all(RECEIVER, 'http'), vague: /refused|accepted nothing/i },
  ),
  mutant(
    'c24',
    'receiver: gRPC listens on another port',
    { configuration: [swap('coalesce(sys.env("ALLOY_OTLP_GRPC_LISTEN"), "0.0.0.0:4317")', '"127.0.0.1:14317"')] },
    DELIVERY,
    { cause: all(RECEIVER, '14317'), vague: /refused|accepted nothing/i },
  ),
  mutant(
    'c25',
    'receiver: HTTP listens on another port',
    { configuration: [swap('coalesce(sys.env("ALLOY_OTLP_HTTP_LISTEN"), "0.0.0.0:4318")', '"127.0.0.1:14318"')] },
    DELIVERY,
    { cause: all(RECEIVER, '14318'), vague: /refused|accepted nothing/i },
  ),
  mutant(
    'c27',
    'batch: it holds everything back for ten minutes',
    { configuration: [swap('coalesce(sys.env("ALLOY_OTLP_BATCH_TIMEOUT"), "10s")', '"10m"')] },
    DELIVERY,
    { cause: all(BATCH, 'timeout', '10m'), vague: /nothing|no exporter/ },
  ),
  mutant(
    'c28',
    'receiver: both listen on the same port',
    {
      configuration: [
        swap('coalesce(sys.env("ALLOY_OTLP_GRPC_LISTEN"), "0.0.0.0:4317")', 'sys.env("ALLOY_OTLP_HTTP_LISTEN")'),
      ],
    },
    DELIVERY,
    { cause: all(RECEIVER, 'address already in use|in use|EADDRINUSE') },
  ),
];

/** What Alloy refuses at its start: the cause has the line, and what is wrong there. */
const refused: readonly Mutant[] = [
  mutant(
    'c31',
    'an attribute is misspelt: usernam',
    { configuration: [swap(`\t${OTLP_USER}`, '\tusernam  = sys.env("GRAFANA_CLOUD_OTLP_INSTANCE_ID")')] },
    'phase1',
    { cause: all('config\\.alloy:4\\d', 'usernam') },
  ),
  mutant(
    'c32',
    'a component is misspelt: otelcol.processor.batches',
    { configuration: [swap('otelcol.processor.batch "services"', 'otelcol.processor.batches "services"')] },
    'phase1',
    { cause: all('config\\.alloy:\\d+', 'otelcol\\.processor\\.batch') },
  ),
  mutant(
    'c34',
    'a reference leads to a component that is not there',
    { configuration: [swap(`traces  = ${TO_BATCH}`, 'traces  = [otelcol.processor.batch.service.input]')] },
    'phase1',
    { cause: all('config\\.alloy:\\d+', 'otelcol\\.processor\\.batch\\.service\\b') },
  ),
  mutant(
    'c36',
    'the deprecated env() is used',
    { configuration: [swap(OTLP_USER, 'username = env("GRAFANA_CLOUD_OTLP_INSTANCE_ID")')] },
    'phase1',
    { cause: all('config\\.alloy:\\d+', '\\benv\\b') },
  ),
  mutant('c37', 'a quote is missing', { configuration: [swap('format = "logfmt"', 'format = "logfmt')] }, 'phase1', {
    cause: all('config\\.alloy:\\d+', 'string|literal|terminated|newline'),
  }),
  mutant(
    'c38',
    'a closing brace is missing',
    { configuration: [swap('\tformat = "logfmt"\n}', '\tformat = "logfmt"\n')] },
    'phase1',
    { cause: all('config\\.alloy:\\d+') },
  ),
  mutant(
    'c40',
    'a component stands there twice',
    {
      configuration: [
        swap('// ---- Redis ----', 'discovery.relabel "postgres" {\n\ttargets = []\n}\n\n// ---- Redis ----'),
      ],
    },
    'phase1',
    { cause: all('config\\.alloy:\\d+', 'discovery\\.relabel\\.postgres|already declared|duplicate') },
  ),
  mutant(
    'c41',
    'a required attribute is deleted: forward_to of a scrape',
    { configuration: [within(REDIS_SCRAPE, `\tforward_to      = [${CLOUD}]\n`, '')] },
    'phase1',
    { cause: all('config\\.alloy:\\d+', 'forward_to') },
  ),
  mutant(
    'c42',
    'a duration is none: 10 seconds',
    { configuration: [swap('"10s")\n\n\toutput', '"10s") + " seconds"\n\n\toutput')] },
    'phase1',
    { cause: all('config\\.alloy:\\d+', 'duration') },
  ),
  mutant(
    'c43',
    'the file is indented with spaces',
    { configuration: [swap('\tlevel  = coalesce', '    level  = coalesce')] },
    'phase1',
    { cause: all('config\\.alloy', 'fmt') },
  ),
  mutant(
    'c44',
    'the log level is none: verbose',
    { configuration: [swap('coalesce(sys.env("ALLOY_LOG_LEVEL"), "info")', '"verbose"')] },
    'phase1',
    { cause: all('config\\.alloy:\\d+', 'verbose|level') },
  ),
];

const postgres: readonly Mutant[] = [
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

const redis: readonly Mutant[] = [
  mutant(
    'c26',
    'Redis: redis_password is deleted',
    { configuration: [cut('\tredis_password = sys.env("REDIS_EXPORTER_PASSWORD")\n')] },
    'phase3',
    { cause: all('NOAUTH|password', 'redis_password|prometheus\\.exporter\\.redis'), vague: /Redis/ },
  ),
  mutant(
    'c39',
    'Redis: the scrape forwards to nothing',
    { configuration: [within(REDIS_SCRAPE, CLOUD, '')] },
    'phase3',
    { cause: all('prometheus\\.scrape\\.redis', 'forward_to'), vague: /forward_to/ },
  ),
  mutant(
    'c64',
    'Redis: the exporter asks a port where nothing listens',
    { configuration: [swap('coalesce(sys.env("REDIS_EXPORTER_ADDRESS"), "redis:6379")', '"127.0.0.1:9"')] },
    'phase3',
    { cause: all('prometheus\\.exporter\\.redis', "127\\.0\\.0\\.1:9\\b|refused|Couldn't connect"), vague: /Redis/ },
  ),
  mutant(
    'c65',
    'Redis: the password in the file is wrong',
    {
      configuration: [swap('redis_password = sys.env("REDIS_EXPORTER_PASSWORD")', 'redis_password = "wrong-password"')],
    },
    'phase3',
    { cause: all('WRONGPASS|password', 'redis_password|prometheus\\.exporter\\.redis'), vague: /Redis/ },
  ),
  mutant(
    'c66',
    'Redis: the rule that sets job is deleted',
    { configuration: [cut(`${rule('job', 'integrations/redis_exporter')}\n`)] },
    'phase3',
    { cause: all('job', 'discovery\\.relabel', 'target_label'), vague: /label/ },
  ),
  mutant(
    'c67',
    'Redis: instance is another word',
    { configuration: [swap('replacement  = "redis"', 'replacement  = "cache"')] },
    'phase3',
    { cause: all('cache', 'instance'), vague: /label/ },
  ),
  mutant(
    'c68',
    'Redis: the scrape is deleted',
    { configuration: [cut(`prometheus.scrape "redis" {\n\t${REDIS_SCRAPE}\n}\n\n`)] },
    'phase3',
    { cause: all('prometheus\\.scrape', 'redis'), vague: /scrape/ },
  ),
  mutant(
    'c69',
    'Redis: the scrape takes the targets of the exporter, past the rules',
    { configuration: [within(REDIS_SCRAPE, REDIS_TARGETS, 'prometheus.exporter.redis.redis.targets')] },
    'phase3',
    { cause: all('discovery\\.relabel', 'job', 'labels'), vague: /label/ },
  ),
  mutant(
    'c70',
    'Redis: the scrape interval is ten minutes',
    { configuration: [within(REDIS_SCRAPE, INTERVAL, 'scrape_interval = "10m"')] },
    'phase3',
    { cause: all('prometheus\\.scrape\\.redis', 'scrape_interval', '10m'), vague: /interval/ },
  ),
  mutant(
    'c71',
    'Redis: the scrape takes the targets of PostgreSQL',
    { configuration: [within(REDIS_SCRAPE, REDIS_TARGETS, POSTGRES_TARGETS)] },
    'phase3',
    { cause: all('prometheus\\.scrape(\\.redis)?', 'redis', 'target'), vague: /scrape/ },
  ),
  mutant(
    'c72',
    'Redis: the scrape forwards into the relabel of RabbitMQ, which drops redis_*',
    {
      configuration: [
        within(REDIS_SCRAPE, CLOUD, 'prometheus.relabel.rabbitmq.receiver'),
        swap(RABBITMQ_RULE, RABBITMQ_RULE.replace('"erlang', '"redis_.*|erlang')),
      ],
    },
    'phase3',
    { cause: all('prometheus\\.relabel\\.rabbitmq', 'drop'), vague: /relabel|drop/ },
  ),
];

const rabbitmq: readonly Mutant[] = [
  mutant(
    'c22',
    'RabbitMQ: the port is that of the management, 15672',
    { configuration: [swap(METRICS_ADDRESS, '"127.0.0.1:15672"')] },
    'phase7',
    { cause: all('127\\.0\\.0\\.1:15672', 'refused'), vague: /scrape/ },
  ),
  mutant(
    'c35',
    'RabbitMQ: metrics_path is misspelt',
    { configuration: [swap(`\t${RABBITMQ_FORWARD}`, `\tmetrics_path    = "/metric"\n\t${RABBITMQ_FORWARD}`)] },
    'phase7',
    { cause: all('404', '/metric\\b'), vague: /scrape/ },
  ),
  mutant(
    'c59',
    'RabbitMQ: sample_limit is 100',
    { configuration: [swap(`\t${RABBITMQ_FORWARD}`, `\tsample_limit    = 100\n\t${RABBITMQ_FORWARD}`)] },
    'phase7',
    { cause: all('sample.?limit'), vague: /scrape/ },
  ),
  mutant(
    'c73',
    'RabbitMQ: the label job is deleted',
    { configuration: [cut('\t\t"job"         = "integrations/rabbitmq",\n')] },
    'phase7',
    { cause: all('job', 'prometheus\\.scrape(\\.rabbitmq)?'), vague: /label/ },
  ),
  mutant(
    'c74',
    'RabbitMQ: instance is another word',
    { configuration: [swap('"instance"    = "rabbitmq"', '"instance"    = "broker"')] },
    'phase7',
    { cause: all('broker', 'instance'), vague: /label/ },
  ),
  mutant(
    'c75',
    'RabbitMQ: the scrape forwards to nothing',
    { configuration: [swap(RABBITMQ_FORWARD, 'forward_to      = []')] },
    'phase7',
    { cause: all('prometheus\\.scrape\\.rabbitmq', 'forward_to'), vague: /forward_to/ },
  ),
  mutant(
    'c76',
    'RabbitMQ: the filter drops the queues',
    { configuration: [swap(RABBITMQ_RULE, RABBITMQ_RULE.replace('"erlang', '"rabbitmq_queue_.*|erlang'))] },
    'phase7',
    { cause: all('prometheus\\.relabel\\.rabbitmq', 'drop'), vague: /relabel|drop/ },
  ),
  mutant(
    'c77',
    'RabbitMQ: the filter is deleted',
    { configuration: [cut(`\n\trule {\n\t\tsource_labels = ["__name__"]\n\t\t${RABBITMQ_RULE}\n\t}\n`)] },
    'phase7',
    { cause: all('prometheus\\.relabel(\\.rabbitmq)?|filter|drop', 'erlang') },
  ),
  mutant(
    'c78',
    'RabbitMQ: it is scraped over https',
    { configuration: [swap(`\t${RABBITMQ_FORWARD}`, `\tscheme          = "https"\n\t${RABBITMQ_FORWARD}`)] },
    'phase7',
    { cause: all('https', 'scrape|TLS|SSL|scheme'), vague: /scrape/ },
  ),
  mutant(
    'c79',
    'RabbitMQ: the scrape interval is ten minutes',
    { configuration: [within(RABBITMQ_SCRAPE, INTERVAL, 'scrape_interval = "10m"')] },
    'phase7',
    { cause: all('prometheus\\.scrape\\.rabbitmq', 'scrape_interval', '10m'), vague: /interval/ },
  ),
  mutant(
    'c80',
    'RabbitMQ: the filter keeps what it should drop',
    { configuration: [swap(RABBITMQ_RULE, RABBITMQ_RULE.replace('"drop"', '"keep"'))] },
    'phase7',
    { cause: all('prometheus\\.relabel\\.rabbitmq', 'keep|drop'), vague: /relabel|drop/ },
  ),
  mutant(
    'c81',
    'RabbitMQ: the address begins with http://',
    { configuration: [swap(METRICS_ADDRESS, 'string.format("http://%s", sys.env("RABBITMQ_METRICS_ADDRESS"))')] },
    'phase7',
    { cause: all('prometheus\\.scrape\\.rabbitmq|__address__|targets', 'http:'), vague: /scrape/ },
  ),
  mutant(
    'c82',
    'RabbitMQ: the relabel forwards to nothing',
    {
      configuration: [
        swap(
          `prometheus.relabel "rabbitmq" {\n\tforward_to = [${CLOUD}]`,
          'prometheus.relabel "rabbitmq" {\n\tforward_to = []',
        ),
      ],
    },
    'phase7',
    { cause: all('prometheus\\.relabel\\.rabbitmq', 'forward_to'), vague: /forward_to/ },
  ),
  mutant(
    'c83',
    'RabbitMQ: the host has no address',
    { configuration: [swap(METRICS_ADDRESS, '"rabbitmq.invalid:15692"')] },
    'phase7',
    { cause: all('rabbitmq\\.invalid', 'no such host|lookup|ENOTFOUND'), vague: /scrape/ },
  ),
  mutant(
    'c84',
    'RabbitMQ: the scrape has no targets',
    {
      configuration: [
        swap(
          `targets = [{\n\t\t"__address__" = ${METRICS_ADDRESS},\n\t\t"job"         = "integrations/rabbitmq",\n\t\t"instance"    = "rabbitmq",\n\t}]\n\tforward_to      =`,
          'targets         = []\n\tforward_to      =',
        ),
      ],
    },
    'phase7',
    { cause: all('prometheus\\.scrape\\.rabbitmq', 'target'), vague: /scrape/ },
  ),
];

const remoteWrite: readonly Mutant[] = [
  mutant(
    'c30',
    'remote write: a rule drops pg_up',
    {
      configuration: [writeRule(['source_labels = ["__name__"]', 'regex         = "pg_up"', 'action        = "drop"'])],
    },
    'phase2',
    { cause: all('write_relabel_config', 'drop', REMOTE_WRITE), vague: /drop/ },
  ),
  mutant(
    'c85',
    'remote write: it reads the endpoint of the OTLP gateway',
    { configuration: [swap(URL, 'url = sys.env("GRAFANA_CLOUD_OTLP_ENDPOINT")')] },
    'phase3',
    { cause: all('404', '/otlp', 'url|GRAFANA_CLOUD'), vague: /404/ },
  ),
  mutant(
    'c86',
    'remote write: a variable name is misspelt, so the URL is empty',
    { configuration: [swap(URL, 'url = sys.env("GRAFANA_CLOUD_PROM_ENDPOINT")')] },
    'phase3',
    { cause: all(REMOTE_WRITE, 'url', 'empty') },
  ),
  mutant(
    'c87',
    'remote write: the OTLP ID is its user name',
    { configuration: [swap(METRICS_USER, 'username = sys.env("GRAFANA_CLOUD_OTLP_INSTANCE_ID")')] },
    'phase3',
    { cause: all('401', '1461503', `GRAFANA_CLOUD_OTLP_INSTANCE_ID|${REMOTE_WRITE}`), vague: /401/ },
  ),
  mutant(
    'c88',
    'remote write: the password is read from a variable that is not set',
    {
      configuration: [swap(METRICS_PASSWORD, METRICS_PASSWORD.replace('GRAFANA_CLOUD_API_KEY', 'GRAFANA_CLOUD_TOKEN'))],
    },
    'phase3',
    { cause: all('401', 'password|token', `GRAFANA_CLOUD_API_KEY|${REMOTE_WRITE}`), vague: /401/ },
  ),
  mutant('c89', 'remote write: its login is deleted', { configuration: [cut(LOGIN_BLOCK)] }, 'phase3', {
    cause: all('401', 'without a login|no login|no credentials'),
    vague: /401/,
  }),
  mutant(
    'c90',
    'remote write: a slash is appended to its URL',
    { configuration: [swap(URL, `${URL} + "/"`)] },
    'phase3',
    { cause: all('404', '/api/prom/push/'), vague: /404/ },
  ),
  mutant(
    'c91',
    'remote write: the path is that of a Prometheus of one’s own',
    { configuration: [swap(URL, `${URL} + "/api/v1/write"`)] },
    'phase3',
    { cause: all('404', '/api/v1/write'), vague: /404/ },
  ),
  mutant(
    'c92',
    'remote write: a rule drops up',
    { configuration: [writeRule(['source_labels = ["__name__"]', 'regex         = "up"', 'action        = "drop"'])] },
    'phase3',
    { cause: all('write_relabel_config', 'drop', REMOTE_WRITE), vague: /drop/ },
  ),
  mutant(
    'c93',
    'remote write: a rule drops the label instance',
    { configuration: [writeRule(['regex  = "instance"', 'action = "labeldrop"'])] },
    'phase3',
    { cause: all('write_relabel_config|labeldrop', 'instance'), vague: /label/ },
  ),
  mutant(
    'c94',
    'remote write: a rule keeps one job only',
    {
      configuration: [
        writeRule(['source_labels = ["job"]', 'regex         = "integrations/rabbitmq"', 'action        = "keep"']),
      ],
    },
    'phase3',
    { cause: all('write_relabel_config', 'keep|drop', REMOTE_WRITE), vague: /drop/ },
  ),
  mutant(
    'c96',
    'remote write: its URL is a port where nothing listens',
    { configuration: [swap(URL, 'url = "http://127.0.0.1:9/api/prom/push"')] },
    'phase3',
    { cause: all('127\\.0\\.0\\.1:9\\b', 'refused', REMOTE_WRITE), vague: /remote write/ },
  ),
  mutant(
    'c97',
    'remote write: a rule overwrites job',
    { configuration: [writeRule(['target_label = "job"', 'replacement  = "alloy"'])] },
    'phase3',
    { cause: all('job', '"?alloy', 'write_relabel_config'), vague: /label/ },
  ),
  mutant(
    'c98',
    'remote write: the mark of the run is a fixed text',
    {
      configuration: [
        swap('verify_run = sys.env("ALLOY_VERIFY_RUN_ID"),', 'verify_run = "production", // ALLOY_VERIFY_RUN_ID'),
      ],
    },
    'phase3',
    { cause: all('verify_run', 'external_labels|production'), vague: /label/ },
  ),
];

/** What follows the batch's output, before the exporter's login. */
const BEFORE_AUTH = '// The OTLP gateway has an instance ID of its own:';
const REDIS_RELABEL = 'targets = prometheus.exporter.redis.redis.targets\n';

const furtherOtlp: readonly Mutant[] = [
  mutant(
    'c101',
    'OTLP exporter: its auth is that of another login',
    {
      configuration: [
        swap(
          BEFORE_AUTH,
          `otelcol.auth.basic "metrics" {\n\t${METRICS_USER}\n\tpassword = sys.env("GRAFANA_CLOUD_API_KEY")\n}\n\n${BEFORE_AUTH}`,
        ),
        swap('otelcol.auth.basic.grafana_cloud.handler', 'otelcol.auth.basic.metrics.handler'),
      ],
    },
    DELIVERY,
    { cause: all('401', '2847239', `${AUTH}\\.metrics`), vague: /401/ },
  ),
  mutant(
    'c102',
    'OTLP exporter: logs have the endpoint of Loki',
    {
      configuration: [
        swap(
          `\tclient {\n\t\t${OTLP_ENDPOINT}`,
          `\tlogs_endpoint = sys.env("GRAFANA_CLOUD_LOKI_ENDPOINT")\n\n\tclient {\n\t\t${OTLP_ENDPOINT}`,
        ),
      ],
    },
    DELIVERY,
    { cause: all('logs_endpoint', 'GRAFANA_CLOUD_LOKI_ENDPOINT', 'config\\.alloy:\\d+'), vague: /401|logs/ },
  ),
  mutant(
    'c103',
    'receiver: traces have a path of their own',
    {
      configuration: [
        swap(
          'endpoint = coalesce(sys.env("ALLOY_OTLP_HTTP_LISTEN"), "0.0.0.0:4318")',
          'endpoint        = coalesce(sys.env("ALLOY_OTLP_HTTP_LISTEN"), "0.0.0.0:4318")\n\t\ttraces_url_path = "/otlp/v1/traces"',
        ),
      ],
    },
    DELIVERY,
    { cause: all(RECEIVER, 'traces_url_path', '/otlp/v1/traces'), vague: /404/ },
  ),
  mutant(
    'c104',
    'batch: its traces go to itself',
    { configuration: [swap(`traces  = ${TO_EXPORTER}`, `traces  = ${TO_BATCH}`)] },
    DELIVERY,
    { cause: all('config\\.alloy:\\d+', 'cycle|itself|self') },
  ),
  mutant(
    'c105',
    'OTLP exporter: its token stands in a header, as Bearer',
    {
      configuration: [
        swap(
          'auth     = otelcol.auth.basic.grafana_cloud.handler',
          'headers  = {\n\t\t\t"Authorization" = string.format("Bearer %s", sys.env("GRAFANA_CLOUD_API_KEY")),\n\t\t}',
        ),
      ],
    },
    DELIVERY,
    { cause: all('401', 'headers', `${EXPORTER}|config\\.alloy:\\d+`), vague: /401/ },
  ),
  mutant(
    'c106',
    'OTLP exporter: it waits a microsecond for an answer',
    {
      configuration: [
        swap(`${OTLP_ENDPOINT}\n\t\tauth     =`, `${OTLP_ENDPOINT}\n\t\ttimeout  = "1us"\n\t\tauth     =`),
      ],
    },
    DELIVERY,
    { cause: all(EXPORTER, 'timeout', '1us|1µs'), vague: /reach|deadline|timeout/i },
  ),
  mutant(
    'c107',
    'OTLP exporter: the user name has a blank at its end',
    { configuration: [swap(OTLP_USER, `username = "1461503 "`)] },
    DELIVERY,
    { cause: all('401', '"1461503 "', AUTH), vague: /401/ },
  ),
  mutant(
    'c108',
    'receiver: it listens on another port than the services send to, over gRPC and HTTP',
    {
      configuration: [
        swap('coalesce(sys.env("ALLOY_OTLP_GRPC_LISTEN"), "0.0.0.0:4317")', '"127.0.0.1:24317"'),
        swap('coalesce(sys.env("ALLOY_OTLP_HTTP_LISTEN"), "0.0.0.0:4318")', '"127.0.0.1:24318"'),
      ],
    },
    DELIVERY,
    { cause: all(RECEIVER, '2431[78]'), vague: /refused|accepted nothing/i },
  ),
  mutant(
    'c109',
    'OTLP exporter: it compresses with zstd, which the gateway does not take',
    {
      configuration: [
        swap(`${OTLP_ENDPOINT}\n\t\tauth     =`, `${OTLP_ENDPOINT}\n\n\t\tcompression = "zstd"\n\t\tauth     =`),
      ],
    },
    DELIVERY,
    { cause: all(EXPORTER, 'compression', 'zstd'), vague: /400|415/ },
  ),
  mutant(
    'c110',
    'OTLP login: the name of the variable with the token is misspelt',
    { configuration: [swap(OTLP_PASSWORD, OTLP_PASSWORD.replace('GRAFANA_CLOUD_API_KEY', 'GRAFANA_CLOUD_API_KY'))] },
    DELIVERY,
    {
      cause: all('401|no password', 'GRAFANA_CLOUD_API_KY', 'GRAFANA_CLOUD_API_KEY', 'config\\.alloy:42'),
      vague: /401/,
    },
  ),
];

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

const furtherWrites: readonly Mutant[] = [
  mutant(
    'c132',
    'remote write: its login is a bearer token',
    { configuration: [swap(LOGIN_BLOCK, '\t\tbearer_token = sys.env("GRAFANA_CLOUD_API_KEY")\n\n')] },
    'phase3',
    { cause: all('401', 'bearer_token', `${REMOTE_WRITE}|config\\.alloy:\\d+`), vague: /401/ },
  ),
  mutant(
    'c133',
    'remote write: Redis goes to a second one, whose URL is a port where nothing listens',
    {
      configuration: [
        within(REDIS_SCRAPE, CLOUD, 'prometheus.remote_write.other.receiver'),
        swap(
          '// ---- Remote write ----',
          'prometheus.remote_write "other" {\n\tendpoint {\n\t\turl = "http://127.0.0.1:9/api/v1/write"\n\t}\n}\n\n// ---- Remote write ----',
        ),
      ],
    },
    'phase3',
    { cause: all(`${REMOTE_WRITE}\\.other`, '127\\.0\\.0\\.1:9\\b', 'refused'), vague: /remote_write/ },
  ),
  mutant(
    'c134',
    'remote write: a second endpoint has no login',
    {
      configuration: [
        swap(
          '\t// A verification run marks its series',
          '\tendpoint {\n\t\turl = sys.env("GRAFANA_CLOUD_PROMETHEUS_ENDPOINT")\n\t}\n\n\t// A verification run marks its series',
        ),
      ],
    },
    'phase3 P2.8',
    { cause: all('401', 'without a login|no login', `${REMOTE_WRITE}`), vague: /401/ },
  ),
  mutant(
    'c135',
    'remote write: its URL has a port',
    {
      configuration: [swap(URL, 'url = string.join([sys.env("GRAFANA_CLOUD_PROMETHEUS_ENDPOINT"), "9090"], ":")')],
    },
    'phase3',
    { cause: all('404', ':9090', `url|${REMOTE_WRITE}`), vague: /404/ },
  ),
];

const HTTP_LISTEN = 'endpoint = coalesce(sys.env("ALLOY_OTLP_HTTP_LISTEN"), "0.0.0.0:4318")';

/** What a receiver does not take from anybody, or not as it is sent. */
const receivers: readonly Mutant[] = [
  mutant(
    'c180',
    'receiver: it takes bodies of 256 bytes at most',
    { configuration: [swap(HTTP_LISTEN, `${HTTP_LISTEN}\n\n\t\tmax_request_body_size = "256B"`)] },
    `${DELIVERY} phase4`,
    { cause: all(RECEIVER, 'max_request_body_size', '256B', 'config\\.alloy:\\d+'), vague: /400/ },
  ),
  mutant(
    'c181',
    'receiver: it takes zstd only',
    { configuration: [swap(HTTP_LISTEN, `${HTTP_LISTEN}\n\n\t\tcompression_algorithms = ["zstd"]`)] },
    `${DELIVERY} phase4`,
    { cause: all(RECEIVER, 'compression_algorithms', 'config\\.alloy:\\d+'), vague: /400/ },
  ),
];

const RABBITMQ_RELABEL = `prometheus.relabel "rabbitmq" {\n\tforward_to = [${CLOUD}]\n`;
const POSTGRES_RELABEL = `prometheus.relabel "postgres" {\n\tforward_to = [${CLOUD}]\n`;
const QUEUE = '\t\t\tbatch_send_deadline = coalesce(sys.env("ALLOY_REMOTE_WRITE_DEADLINE"), "5s")\n';

/** Another rule before those of a component. */
function ruleBefore(relabel: string, ...lines: readonly string[]): Edit {
  return swap(relabel, `${relabel}\n\trule {\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}\n`);
}

/** What makes several series one. */
const merged: readonly Mutant[] = [
  mutant(
    'c136',
    'RabbitMQ: a rule drops the labels of queues',
    { configuration: [ruleBefore(RABBITMQ_RELABEL, 'action = "labeldrop"', 'regex  = "queue|vhost"')] },
    'phase7',
    { cause: all('queue', 'prometheus\\.relabel\\.rabbitmq', 'config\\.alloy:\\d+'), vague: /400|queue/ },
  ),
  mutant(
    'c137',
    'PostgreSQL: a rule gives all databases one name',
    { configuration: [ruleBefore(POSTGRES_RELABEL, 'target_label = "datname"', 'replacement  = "app"')] },
    'phase2',
    { cause: all('datname', '"app"', 'prometheus\\.relabel\\.postgres', 'config\\.alloy:\\d+'), vague: /400|datname/ },
  ),
  mutant(
    'c138',
    'remote write: a rule drops the label state',
    { configuration: [writeRule(['action = "labeldrop"', 'regex  = "state"'])] },
    'phase2',
    { cause: all('state', REMOTE_WRITE, 'config\\.alloy:\\d+'), vague: /400|state/ },
  ),
];

const WRITE_PASSWORD = 'password = sys.env("GRAFANA_CLOUD_API_KEY")\n\t\t}';

/** Settings that nobody would look at first. */
const settings: readonly Mutant[] = [
  mutant(
    'c140',
    'Redis: what relabels its targets has those of PostgreSQL',
    {
      configuration: [
        swap(
          'targets = prometheus.exporter.redis.redis.targets',
          'targets = prometheus.exporter.postgres.postgres.targets',
        ),
      ],
    },
    'phase3',
    {
      cause: all(
        'discovery\\.relabel\\.redis',
        'prometheus\\.exporter\\.postgres',
        'prometheus\\.exporter\\.redis\\.redis\\.targets',
      ),
    },
  ),
  mutant(
    'c141',
    'Redis: label_value_length_limit is 5',
    {
      configuration: [within(REDIS_SCRAPE, `${REDIS_TARGETS}\n`, `${REDIS_TARGETS}\n\tlabel_value_length_limit = 5\n`)],
    },
    'phase3',
    { cause: all('label_value_length_limit', 'config\\.alloy:\\d+'), vague: /limit|label/ },
  ),
  mutant(
    'c142',
    'Redis: target_limit is 1, and there are two',
    {
      configuration: [
        within(
          REDIS_SCRAPE,
          `${REDIS_TARGETS}\n`,
          `array.concat(${REDIS_TARGETS}, [{"__address__" = "127.0.0.1:1"}])\n\ttarget_limit = 1\n`,
        ),
      ],
    },
    'phase3',
    { cause: all('target_limit = 1', 'config\\.alloy:\\d+'), vague: /limit/ },
  ),
  mutant(
    'c143',
    'Redis: the exporter has another namespace',
    { configuration: [swap('\tredis_password = sys.env', '\tnamespace      = "cache"\n\tredis_password = sys.env')] },
    'phase3',
    { cause: all('namespace = "cache"|namespace', 'prometheus\\.exporter\\.redis', 'cache_'), vague: /redis_/ },
  ),
  mutant(
    'c144',
    'remote write: its password file is not there',
    { configuration: [swap(WRITE_PASSWORD, 'password_file = "/etc/alloy/token"\n\t\t}')] },
    'phase3',
    { cause: all('/etc/alloy/token', 'no such file', 'password_file'), vague: /remote_write/ },
  ),
  mutant(
    'c145',
    'batch: traces go to the exporter, without its input',
    { configuration: [within(`\t\ttraces  = ${TO_EXPORTER}`, '.input', '')] },
    'P1.2 P1.3 P1.7',
    { cause: all('config\\.alloy:\\d+', 'otelcol\\.exporter\\.otlphttp\\.grafana_cloud\\.input'), vague: /traces/ },
  ),
  mutant(
    'c146',
    'remote write: samples may be a millisecond old',
    { configuration: [swap(QUEUE, `${QUEUE}\t\t\tsample_age_limit = "1ms"\n`)] },
    'phase3',
    { cause: all('sample_age_limit', '1ms', REMOTE_WRITE), vague: /remote_write/ },
  ),
  mutant(
    'c147',
    'remote write: it sends one sample at a time',
    { configuration: [swap(QUEUE, `${QUEUE}\t\t\tmax_shards = 1\n\t\t\tmax_samples_per_send = 1\n`)] },
    'phase7',
    { cause: all('max_samples_per_send|max_shards', REMOTE_WRITE, 'behind|slow'), vague: /remote_write/ },
  ),
  mutant(
    'c148',
    'RabbitMQ: its target has the scheme https',
    {
      configuration: [
        swap(
          '"job"         = "integrations/rabbitmq",',
          '"__scheme__"  = "https",\n\t\t"job"         = "integrations/rabbitmq",',
        ),
      ],
    },
    'phase7',
    { cause: all('__scheme__', 'https', 'config\\.alloy:\\d+'), vague: /TLS|https/ },
  ),
  mutant(
    'c149',
    'remote write: it logs in with the token alone',
    {
      configuration: [swap(LOGIN_BLOCK, '\t\tbearer_token = sys.env("GRAFANA_CLOUD_API_KEY")\n\n')],
    },
    'phase3',
    { cause: all('401', 'bearer_token', 'basic_auth'), vague: /401/ },
  ),
  mutant(
    'c150',
    'RabbitMQ: job is set by job_name, misspelt',
    {
      configuration: [
        cut('\t\t"job"         = "integrations/rabbitmq",\n'),
        swap(RABBITMQ_FORWARD, `job_name        = "rabbit"\n\t${RABBITMQ_FORWARD}`),
      ],
    },
    'phase7',
    { cause: all('job="rabbit"', 'prometheus\\.scrape\\.rabbitmq', 'label job'), vague: /job/ },
  ),
  mutant(
    'c151',
    'Redis: the exporter has a microsecond to connect',
    { configuration: [swap('\tredis_password = sys.env', '\tconnection_timeout = "1us"\n\tredis_password = sys.env')] },
    'phase3',
    { cause: all('connection_timeout', 'prometheus\\.exporter\\.redis'), vague: /timeout|Redis/ },
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

/** In the order of their IDs' groups. */
export const configuration: readonly Mutant[] = [
  ...edges,
  ...otlp,
  ...refused,
  ...postgres,
  ...redis,
  ...rabbitmq,
  ...remoteWrite,
  ...furtherOtlp,
  ...furtherScrapes,
  ...misspeltSources,
  ...furtherWrites,
  ...receivers,
  ...again,
  ...merged,
  ...settings,
];
