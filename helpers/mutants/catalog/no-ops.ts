/** What a person may do: no criterion may fail. */
import { cut, swap } from '../edit.ts';
import type { Mutant } from '../mutant.ts';
import { noOp } from './entry.ts';
import { HOSTED } from './environment.ts';

const FILE_PHASES = 'phase1 phase2 phase3 phase7';
const LOGGING = 'logging {\n\tlevel  = coalesce(sys.env("ALLOY_LOG_LEVEL"), "info")\n\tformat = "logfmt"\n}\n\n';
const REDIS_EXPORTER =
  'prometheus.exporter.redis "redis" {\n\tredis_addr     = coalesce(sys.env("REDIS_EXPORTER_ADDRESS"), "redis:6379")\n\tredis_password = sys.env("REDIS_EXPORTER_PASSWORD")\n}\n\n';

export const noOps: readonly Mutant[] = [
  noOp(
    'n01',
    'a comment is added',
    { configuration: [swap('// ---- Redis ----', '// ---- Redis, the cache ----\n// A comment.')] },
    FILE_PHASES,
  ),
  noOp(
    'n02',
    'a component has another name',
    {
      configuration: [
        swap('otelcol.processor.batch "services"', 'otelcol.processor.batch "main"'),
        swap('otelcol.processor.batch.services.input', 'otelcol.processor.batch.main.input', 3),
      ],
    },
    'phase1',
  ),
  noOp(
    'n03',
    'blocks stand in another order',
    { configuration: [cut(LOGGING), swap('// ---- Redis ----', `${LOGGING}// ---- Redis ----`)] },
    'phase1 phase3',
  ),
  noOp('n04', 'logging is deleted', { configuration: [cut(LOGGING)] }, 'phase1'),
  noOp(
    'n05',
    'services send traces past the batch',
    {
      configuration: [
        swap(
          '\t\ttraces  = [otelcol.processor.batch.services.input]',
          '\t\ttraces  = [otelcol.exporter.otlphttp.grafana_cloud.input]',
        ),
      ],
    },
    'phase1',
  ),
  noOp('n06', 'an interval of a second', { alloy: { ALLOY_SCRAPE_INTERVAL: '1s' } }, 'phase3'),
  noOp(
    'n07',
    'samples are not marked',
    {
      // What earlier mutants have sent looks the same without a mark.
      variables: {},
      configuration: [
        swap(
          '\n\t// A verification run marks its series with its ID; production leaves this empty, and an empty label is not sent.\n\texternal_labels = {\n\t\tverify_run = sys.env("ALLOY_VERIFY_RUN_ID"),\n\t}\n',
          '',
        ),
      ],
    },
    'phase3',
  ),
  noOp(
    'n08',
    'another external label',
    {
      configuration: [
        swap(
          '\t\tverify_run = sys.env("ALLOY_VERIFY_RUN_ID"),',
          '\t\tverify_run = sys.env("ALLOY_VERIFY_RUN_ID"),\n\t\tcluster    = "eu-1",',
        ),
      ],
    },
    'phase2 phase3',
  ),
  noOp('n09', 'a whole .env of Grafana Cloud', { variables: HOSTED }, 'phase1'),
  noOp('n10', 'the log level is debug', { alloy: { ALLOY_LOG_LEVEL: 'debug' } }, 'phase1 phase3'),
  noOp('n11', 'the log is JSON', { configuration: [swap('"logfmt"', '"json"')] }, 'phase1'),
  noOp(
    'n12',
    'the API has attributes of its own',
    {
      services: {
        api: ({ servicesInstanceId }) => ({
          OTEL_RESOURCE_ATTRIBUTES: `deployment.environment=prod,service.instance.id=${servicesInstanceId}`,
        }),
      },
    },
    'phase4',
  ),
  noOp('n13', 'the bot sends with gzip', { services: { bot: { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' } } }, 'phase5'),
  noOp('n14', 'the API logs more', { services: { api: { LOG_LEVEL: 'debug' } } }, 'phase4'),
  noOp(
    'n15',
    'a rule drops what nobody asks for',
    { configuration: [swap('"erlang_vm_allocators|', '"erlang_vm_allocators|erlang_vm_dist_.*|')] },
    'phase7',
  ),
  noOp(
    'n16',
    'Redis is scraped through a relabel without rules',
    {
      configuration: [
        swap(
          'targets         = discovery.relabel.redis.output\n\tforward_to      = [prometheus.remote_write.grafana_cloud.receiver]',
          'targets         = discovery.relabel.redis.output\n\tforward_to      = [prometheus.relabel.redis.receiver]',
        ),
        swap(
          '// ---- RabbitMQ: its own',
          'prometheus.relabel "redis" {\n\tforward_to = [prometheus.remote_write.grafana_cloud.receiver]\n}\n\n// ---- RabbitMQ: its own',
        ),
      ],
    },
    'phase3',
  ),
  noOp(
    'n17',
    'the exporter of Redis stands at the end',
    {
      configuration: [
        cut(REDIS_EXPORTER),
        swap('// ---- Remote write ----', `${REDIS_EXPORTER}// ---- Remote write ----`),
      ],
    },
    'phase3',
  ),
  noOp(
    'n18',
    'the batch has a size',
    {
      configuration: [
        swap('"10s")\n\n\toutput', '"10s")\n\tsend_batch_size = 1000\n\n\toutput'.replace('\tsend', '\tsend')),
      ],
    },
    'P1.4 P1.5 P1.6 P1.7 P1.9 P1.10',
  ),
  noOp(
    'n19',
    'the API samples parents only, all of them',
    { services: { api: { OTEL_TRACES_SAMPLER: 'parentbased_always_on' } } },
    'phase4',
  ),
  noOp(
    'n20',
    'the notification daemon checks dead letters more often in the log',
    { services: { 'notification-daemon': { LOG_LEVEL: 'debug' } } },
    'phase6',
  ),
  noOp('n21', 'nothing is changed', {}, 'phase1 phase2 phase3 phase4 phase5 phase6 phase7'),
  noOp('n22', 'the backend answers after half a second', { backend: { delayMs: 500 } }, 'phase1'),
  noOp(
    'n23',
    'a rule sets a further label',
    {
      configuration: [
        swap(
          '\t\treplacement  = "redis"\n\t}\n',
          '\t\treplacement  = "redis"\n\t}\n\n\trule {\n\t\ttarget_label = "team"\n\t\treplacement  = "games"\n\t}\n',
        ),
      ],
    },
    'phase3',
  ),
  noOp(
    'n24',
    'a second exporter of Redis stays unused',
    {
      configuration: [
        swap(
          '// ---- RabbitMQ: its own',
          'prometheus.exporter.redis "other" {\n\tredis_addr = "127.0.0.1:9"\n}\n\n// ---- RabbitMQ: its own',
        ),
      ],
    },
    'phase3',
  ),
  noOp(
    'n30',
    'an external label has the name of a label that series have',
    {
      configuration: [
        swap(
          '\t\tverify_run = sys.env("ALLOY_VERIFY_RUN_ID"),',
          '\t\tverify_run = sys.env("ALLOY_VERIFY_RUN_ID"),\n\t\tjob        = "alloy",',
        ),
      ],
    },
    'phase3',
  ),
  noOp(
    'n31',
    'the scrape of Redis has a job_name, a path and a scheme, which its target has itself',
    {
      configuration: [
        swap(
          '\ttargets         = discovery.relabel.redis.output\n',
          '\ttargets         = discovery.relabel.redis.output\n\tjob_name        = "redis"\n\thonor_labels    = true\n\tmetrics_path    = "/other"\n\tscheme          = "https"\n',
        ),
      ],
    },
    'phase3',
  ),
  noOp(
    'n32',
    'the OTLP exporter has headers, no compression, and TLS settings that nothing uses',
    {
      configuration: [
        swap(
          'auth     = otelcol.auth.basic.grafana_cloud.handler',
          'auth     = otelcol.auth.basic.grafana_cloud.handler\n\n\t\tcompression = "none"\n\t\theaders     = {\n\t\t\t"X-Team" = "games",\n\t\t}\n\n\t\ttls {\n\t\t\tinsecure = true\n\t\t}',
        ),
      ],
    },
    'P1.3 P1.4 P1.5 P1.6 P1.7 P1.8 P1.9 P1.10',
  ),
  noOp(
    'n33',
    'the OTLP exporter neither queues nor retries',
    {
      configuration: [
        swap(
          'otelcol.exporter.otlphttp "grafana_cloud" {\n',
          'otelcol.exporter.otlphttp "grafana_cloud" {\n\tsending_queue {\n\t\tenabled = false\n\t}\n\n\tretry_on_failure {\n\t\tenabled = false\n\t}\n\n',
        ),
      ],
    },
    'phase1',
  ),
  noOp(
    'n34',
    'a rule drops what only some queues have',
    {
      configuration: [
        swap('// ---- Remote write ----', '// ---- Remote write, of everything ----'),
        swap(
          'prometheus.relabel "rabbitmq" {\n\tforward_to = [prometheus.remote_write.grafana_cloud.receiver]\n',
          'prometheus.relabel "rabbitmq" {\n\tforward_to = [prometheus.remote_write.grafana_cloud.receiver]\n\n\trule {\n\t\tsource_labels = ["queue"]\n\t\tregex         = "orders.*"\n\t\taction        = "drop"\n\t}\n',
        ),
      ],
    },
    'phase7',
  ),
  noOp(
    'n35',
    'remote write has smaller batches and more shards',
    {
      configuration: [
        swap(
          '\t\tqueue_config {\n',
          '\t\tqueue_config {\n\t\t\tmax_samples_per_send = 500\n\t\t\tmin_shards           = 2\n',
        ),
      ],
    },
    'phase2 phase3',
  ),
];
