import { cut, swap } from '../../edit.ts';
import type { Mutant } from '../../mutant.ts';
import { all, mutant } from '../entry.ts';
import {
  LOGIN_BLOCK,
  RABBITMQ_FORWARD,
  REDIS_SCRAPE,
  REDIS_TARGETS,
  REMOTE_WRITE,
  TO_EXPORTER,
  within,
} from './snippets.ts';

const QUEUE = '\t\t\tbatch_send_deadline = coalesce(sys.env("ALLOY_REMOTE_WRITE_DEADLINE"), "5s")\n';
const WRITE_PASSWORD = 'password = sys.env("GRAFANA_CLOUD_API_KEY")\n\t\t}';

/** Settings that nobody would look at first. */
export const settings: readonly Mutant[] = [
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
