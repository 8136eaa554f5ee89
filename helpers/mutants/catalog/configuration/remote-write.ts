/** What a person does wrong in remote write, and what makes several series one on the way there. */
import { cut, type Edit, swap } from '../../edit.ts';
import type { Mutant } from '../../mutant.ts';
import { all, mutant } from '../entry.ts';
import {
  CLOUD,
  LOGIN_BLOCK,
  METRICS_PASSWORD,
  METRICS_USER,
  REDIS_SCRAPE,
  REMOTE_WRITE,
  URL,
  within,
  writeRule,
} from './snippets.ts';

const RABBITMQ_RELABEL = `prometheus.relabel "rabbitmq" {\n\tforward_to = [${CLOUD}]\n`;
const POSTGRES_RELABEL = `prometheus.relabel "postgres" {\n\tforward_to = [${CLOUD}]\n`;
/** Another rule before those of a component. */
function ruleBefore(relabel: string, ...lines: readonly string[]): Edit {
  return swap(relabel, `${relabel}\n\trule {\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}\n`);
}

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

export const remoteWriteMutants: readonly Mutant[] = [...remoteWrite, ...furtherWrites, ...merged];
