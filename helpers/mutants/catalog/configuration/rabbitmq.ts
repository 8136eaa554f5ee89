/** What a person does wrong about the metrics of RabbitMQ. */
import { cut, swap } from '../../edit.ts';
import type { Mutant } from '../../mutant.ts';
import { all, mutant } from '../entry.ts';
import { CLOUD, INTERVAL, RABBITMQ_FORWARD, RABBITMQ_RULE, RABBITMQ_SCRAPE, within } from './snippets.ts';

const METRICS_ADDRESS = 'coalesce(sys.env("RABBITMQ_METRICS_ADDRESS"), "rabbitmq:15692")';

export const rabbitmq: readonly Mutant[] = [
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
