/** What a person does wrong about the metrics of Redis. */
import { cut, swap } from '../../edit.ts';
import type { Mutant } from '../../mutant.ts';
import { all, mutant } from '../entry.ts';
import {
  CLOUD,
  INTERVAL,
  POSTGRES_TARGETS,
  RABBITMQ_RULE,
  REDIS_SCRAPE,
  REDIS_TARGETS,
  rule,
  within,
} from './snippets.ts';

const REDIS_PASSWORD = 'redis_password = sys.env("REDIS_EXPORTER_PASSWORD")';

export const redis: readonly Mutant[] = [
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
  mutant(
    'c199',
    'Redis: the exporter looks at every key',
    { configuration: [swap(REDIS_PASSWORD, `check_keys     = ["*"]\n\t${REDIS_PASSWORD}`)] },
    'phase3',
    { cause: all('check_keys', 'config\\.alloy:\\d+'), vague: /redis_key/ },
  ),
  mutant(
    'c200',
    'Redis: the exporter lists the clients',
    { configuration: [swap(REDIS_PASSWORD, `export_client_list = true\n\t${REDIS_PASSWORD}`)] },
    'phase3',
    { cause: all('export_client_list', 'config\\.alloy:\\d+'), vague: /redis_connected_client/ },
  ),
];
