/** What a person does wrong on the way of traces, metrics and logs: receivers, batches, the login and the exporter. */
import { cut, swap } from '../../edit.ts';
import type { Expectation, Mutant } from '../../mutant.ts';
import { all, DELIVERY, mutant } from '../entry.ts';
import { METRICS_USER, OTLP_USER, TO_BATCH, TO_EXPORTER } from './snippets.ts';

const RECEIVER = 'otelcol\\.receiver\\.otlp';
const BATCH = 'otelcol\\.processor\\.batch';
const AUTH = 'otelcol\\.auth\\.basic';
const EXPORTER = 'otelcol\\.exporter\\.otlphttp';
const OTLP_PASSWORD =
  'username = sys.env("GRAFANA_CLOUD_OTLP_INSTANCE_ID")\n\tpassword = sys.env("GRAFANA_CLOUD_API_KEY")';
const OTLP_ENDPOINT = 'endpoint = sys.env("GRAFANA_CLOUD_OTLP_ENDPOINT")';

/** What follows the batch's output, before the exporter's login. */
const BEFORE_AUTH = '// The OTLP gateway has an instance ID of its own:';

const HTTP_LISTEN = 'endpoint = coalesce(sys.env("ALLOY_OTLP_HTTP_LISTEN"), "0.0.0.0:4318")';

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

/** What the exporter itself is told. */
const exporters: readonly Mutant[] = [
  mutant(
    'c196',
    'OTLP exporter: its queue holds one export',
    {
      configuration: [
        swap(
          'otelcol.exporter.otlphttp "grafana_cloud" {\n',
          'otelcol.exporter.otlphttp "grafana_cloud" {\n\tsending_queue {\n\t\tqueue_size    = 1\n\t\tnum_consumers = 1\n\t}\n\n',
        ),
      ],
    },
    'phase1 phase4',
    { cause: all('queue_size', 'config\\.alloy:\\d+'), vague: /queue/ },
  ),
  mutant(
    'c197',
    'OTLP exporter: a header says that it sends JSON',
    {
      configuration: [
        swap(`\t\t${OTLP_ENDPOINT}\n`, `\t\t${OTLP_ENDPOINT}\n\t\theaders = {"Content-Type" = "application/json"}\n`),
      ],
    },
    DELIVERY,
    { cause: all('headers', 'Content-Type', 'config\\.alloy:\\d+'), vague: /400|415/ },
  ),
];

/** Two ways to the same exporter. */
const forks: readonly Mutant[] = [
  mutant(
    'c198',
    'receiver: traces go to the batch and past it',
    {
      configuration: [
        swap(
          `\t\ttraces  = ${TO_BATCH}\n`,
          `\t\ttraces  = ${TO_BATCH.replace(']', ', otelcol.exporter.otlphttp.grafana_cloud.input]')}\n`,
        ),
      ],
    },
    DELIVERY,
    { cause: all('twice', RECEIVER, 'config\\.alloy:\\d+'), vague: /twice/ },
  ),
];

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

export const otlpMutants: readonly Mutant[] = [...edges, ...otlp, ...furtherOtlp, ...exporters, ...forks, ...receivers];
