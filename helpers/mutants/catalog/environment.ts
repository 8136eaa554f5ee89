/** What a person sets wrong for a run, or for Alloy alone. */
import { LOCAL_INSTANCE_IDS } from '../../settings/cloud.ts';
import type { Mutant } from '../mutant.ts';
import { all, DELIVERY, mutant } from './entry.ts';

/** A whole `.env` of a stack of Grafana Cloud. */
export const HOSTED: Readonly<Record<string, string>> = {
  GRAFANA_CLOUD_API_KEY: 'glc_eyJvIjoiMSJ9',
  GRAFANA_CLOUD_OTLP_ENDPOINT: 'https://otlp-gateway-prod-eu-west-0.grafana.net/otlp',
  GRAFANA_CLOUD_OTLP_INSTANCE_ID: LOCAL_INSTANCE_IDS.OTLP,
  GRAFANA_CLOUD_PROMETHEUS_ENDPOINT: 'https://prometheus-prod-01-eu-west-0.grafana.net/api/prom/push',
  GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID: LOCAL_INSTANCE_IDS.PROMETHEUS,
  GRAFANA_CLOUD_LOKI_ENDPOINT: 'https://logs-prod-eu-west-0.grafana.net/loki/api/v1/push',
  GRAFANA_CLOUD_LOKI_INSTANCE_ID: LOCAL_INSTANCE_IDS.LOKI,
  GRAFANA_CLOUD_TEMPO_ENDPOINT: 'https://tempo-eu-west-0.grafana.net/tempo',
  GRAFANA_CLOUD_TEMPO_INSTANCE_ID: LOCAL_INSTANCE_IDS.TEMPO,
};
const NAMES = Object.keys(HOSTED);

/** One variable of a whole `.env` is wrong: the cause names it, and what is wrong with it. */
function wrong(id: string, title: string, name: string, value: string, words: string): Mutant {
  return mutant(id, `${name} ${title}`, { variables: { ...HOSTED, [name]: value } }, 'P1.1 P1.7 P1.9', {
    cause: all(`${name}`, words),
    vague: new RegExp(name),
  });
}

const KEY = 'GRAFANA_CLOUD_API_KEY';
const OTLP = 'GRAFANA_CLOUD_OTLP';
const PROMETHEUS = 'GRAFANA_CLOUD_PROMETHEUS';
const LOKI = 'GRAFANA_CLOUD_LOKI';
const TEMPO = 'GRAFANA_CLOUD_TEMPO';

/** `v1` to `v9`: each is left out of a whole `.env`; `e17` is the one of Prometheus. */
const unset = NAMES.map((name, index) => {
  const { [name]: _, ...rest } = HOSTED;
  const id = name === `${PROMETHEUS}_INSTANCE_ID` ? 'e17' : `v${index + 1}`;
  return mutant(id, `${name} is not set, and all others are`, { variables: rest }, 'P1.1 P1.7 P1.9', {
    cause: all(name, 'not set'),
  });
});

const malformed: readonly Mutant[] = [
  wrong('v11', 'is empty', KEY, '', 'not set'),
  wrong('v12', 'is empty', `${OTLP}_ENDPOINT`, '', 'not set'),
  wrong('v13', 'has quotes around it', KEY, '"glc_eyJvIjoiMSJ9"', 'quote'),
  wrong(
    'v45',
    'leads to the host of Loki',
    `${PROMETHEUS}_ENDPOINT`,
    'https://logs-prod-eu-west-0.grafana.net/api/prom/push',
    'host of Loki',
  ),
  wrong('v14', 'has quotes around it', `${OTLP}_INSTANCE_ID`, "'1461503'", 'quote'),
  wrong('v15', 'has quotes around it', `${PROMETHEUS}_ENDPOINT`, `"${HOSTED[`${PROMETHEUS}_ENDPOINT`]}"`, 'quote'),
  wrong('v16', 'ends with a line end', KEY, 'glc_eyJvIjoiMSJ9\n', 'line end'),
  wrong('v17', 'ends with a blank', `${LOKI}_INSTANCE_ID`, '1419296 ', 'blank'),
  wrong('v18', 'is the token of a service account', KEY, 'glsa_abcdefghijklmnop', 'glsa_'),
  wrong('v19', 'is a retired API key', KEY, 'eyJrIjoiYWJjIn0=', 'eyJ'),
  wrong('v20', 'is a word', `${OTLP}_INSTANCE_ID`, 'my-stack', 'number'),
  wrong('v21', 'has no path', `${OTLP}_ENDPOINT`, 'https://otlp-gateway-prod-eu-west-0.grafana.net', '/otlp'),
  wrong('v22', 'ends in /v1/traces', `${OTLP}_ENDPOINT`, `${HOSTED[`${OTLP}_ENDPOINT`]}/v1/traces`, '/otlp'),
  wrong(
    'v23',
    'ends in a slash',
    `${PROMETHEUS}_ENDPOINT`,
    `${HOSTED[`${PROMETHEUS}_ENDPOINT`]}/`,
    'slash|/api/prom/push/',
  ),
  wrong(
    'v24',
    'is the address to query',
    `${PROMETHEUS}_ENDPOINT`,
    'https://prometheus-prod-01-eu-west-0.grafana.net/api/prom',
    '/api/prom/push',
  ),
  wrong('v25', 'has no https://', `${OTLP}_ENDPOINT`, 'otlp-gateway-prod-eu-west-0.grafana.net/otlp', 'https://'),
  wrong('v26', 'is http', `${LOKI}_ENDPOINT`, 'http://logs-prod-eu-west-0.grafana.net/loki/api/v1/push', 'https'),
  wrong('v27', 'has no path', `${LOKI}_ENDPOINT`, 'https://logs-prod-eu-west-0.grafana.net', '/loki/api/v1/push'),
  wrong('v28', 'is that of Prometheus', `${TEMPO}_ENDPOINT`, `${HOSTED[`${PROMETHEUS}_ENDPOINT`]}`, '/tempo'),
  wrong(
    'v29',
    'carries a login',
    `${OTLP}_ENDPOINT`,
    'https://1461503:x@otlp-gateway-prod-eu-west-0.grafana.net/otlp',
    'login',
  ),
  wrong('v30', 'has its own name in it', `${OTLP}_INSTANCE_ID`, 'OTLP_INSTANCE_ID=1461503', 'number'),
  wrong(
    'v32',
    'is swapped with that of Tempo',
    `${LOKI}_ENDPOINT`,
    'https://tempo-eu-west-0.grafana.net/tempo',
    '/loki/api/v1/push',
  ),
  wrong(
    'v33',
    'has a query string',
    `${PROMETHEUS}_ENDPOINT`,
    `${HOSTED[`${PROMETHEUS}_ENDPOINT`]}?tenant=1`,
    'query string',
  ),
  wrong('v34', 'is cut short', KEY, 'glc_eyJvIjoiMSIsIm4iOiJ4Iiwi', 'end|cut|whole|truncated'),
  wrong(
    'v35',
    'is of another region than all endpoints',
    KEY,
    `glc_${Buffer.from('{"o":"1","n":"x","k":"y","m":{"r":"prod-us-east-0"}}').toString('base64')}`,
    'prod-us-east-0',
  ),
  wrong('v36', 'has a decimal point', `${TEMPO}_INSTANCE_ID`, '1413606.0', 'number'),
  wrong('v31', 'begins with Basic', KEY, 'Basic MTQ2MTUwMzpnbGNfZXlKdklqb2lNU0o5', 'glc_'),
];

const shared: readonly Mutant[] = [
  mutant(
    'e16',
    'the Prometheus ID is the Loki ID',
    { variables: { [`${PROMETHEUS}_INSTANCE_ID`]: LOCAL_INSTANCE_IDS.LOKI } },
    'P1.1 P1.7 P1.9',
    {
      cause: all(`${PROMETHEUS}_INSTANCE_ID`, `${LOKI}_INSTANCE_ID`),
    },
  ),
  mutant(
    'v40',
    'the OTLP ID is the Prometheus ID',
    { variables: { [`${OTLP}_INSTANCE_ID`]: LOCAL_INSTANCE_IDS.PROMETHEUS } },
    'P1.1 P1.7 P1.9',
    {
      cause: all(`${OTLP}_INSTANCE_ID`, `${PROMETHEUS}_INSTANCE_ID`),
    },
  ),
  mutant(
    'v41',
    'the OTLP ID is the Tempo ID',
    { variables: { [`${OTLP}_INSTANCE_ID`]: LOCAL_INSTANCE_IDS.TEMPO } },
    'P1.1 P1.7 P1.9',
    {
      cause: all(`${OTLP}_INSTANCE_ID`, `${TEMPO}_INSTANCE_ID`),
    },
  ),
  mutant(
    'v42',
    'in a whole .env the OTLP ID is the Prometheus ID',
    { variables: { ...HOSTED, [`${OTLP}_INSTANCE_ID`]: LOCAL_INSTANCE_IDS.PROMETHEUS } },
    'P1.1 P1.7 P1.9',
    {
      cause: all(`${OTLP}_INSTANCE_ID`, `${PROMETHEUS}_INSTANCE_ID`),
    },
  ),
  mutant(
    'v43',
    'in a whole .env all four IDs are the same',
    {
      variables: {
        ...HOSTED,
        ...Object.fromEntries(NAMES.filter((name) => name.endsWith('_ID')).map((name) => [name, '1461503'])),
      },
    },
    'P1.1 P1.7 P1.9',
    { cause: all(`${OTLP}_INSTANCE_ID`, `${PROMETHEUS}_INSTANCE_ID`, `${LOKI}_INSTANCE_ID`, `${TEMPO}_INSTANCE_ID`) },
  ),
];

const { [`${PROMETHEUS}_ENDPOINT`]: endpoint = '', ...withoutEndpoint } = HOSTED;
const { [KEY]: key = '', ...withoutKey } = HOSTED;
const misnamed: readonly Mutant[] = [
  mutant(
    'v44',
    'GRAFANA_CLOUD_PROMETHEUS_ENDPOINT is misspelt in a whole .env',
    { variables: { ...withoutEndpoint, GRAFANA_CLOUD_PROMETHEUS_ENDPONT: endpoint } },
    'P1.1 P1.7 P1.9',
    { cause: all(`${PROMETHEUS}_ENDPOINT`, 'ENDPONT'), vague: /not set/ },
  ),
  mutant(
    'v46',
    'the token has another name in a whole .env',
    { variables: { ...withoutKey, GRAFANA_CLOUD_API_TOKEN: key } },
    'P1.1 P1.7 P1.9',
    { cause: all(KEY, 'GRAFANA_CLOUD_API_TOKEN'), vague: /not set/ },
  ),
];

/** Alloy alone has them: the run's variables are right. */
const ofAlloy: readonly Mutant[] = [
  mutant(
    'a01',
    'Alloy has the Prometheus ID as the OTLP ID',
    { alloy: { [`${OTLP}_INSTANCE_ID`]: LOCAL_INSTANCE_IDS.PROMETHEUS } },
    DELIVERY,
    {
      cause: all('401', '2847239', `${OTLP}_INSTANCE_ID`),
      vague: /401/,
    },
  ),
  mutant('a02', 'Alloy has an OTLP ID of nobody', { alloy: { [`${OTLP}_INSTANCE_ID`]: '7654321' } }, DELIVERY, {
    cause: all('401', '7654321', `${OTLP}_INSTANCE_ID`),
    vague: /401/,
  }),
  mutant('a03', 'Alloy has no token', { alloy: { [KEY]: undefined } }, DELIVERY, {
    cause: all('401|no password', `${KEY}|config\\.alloy:40`),
    vague: /401/,
  }),
  mutant('a04', 'Alloy has another token', { alloy: { [KEY]: 'glc_eyJvIjoiMiJ9' } }, DELIVERY, {
    cause: all('401', KEY),
    vague: /401/,
  }),
  mutant('a05', 'Alloy has no OTLP endpoint', { alloy: { [`${OTLP}_ENDPOINT`]: undefined } }, DELIVERY, {
    cause: all(`${OTLP}_ENDPOINT|config\\.alloy:\\d+`, 'endpoint'),
  }),
  mutant(
    'a06',
    'the OTLP endpoint of Alloy has no path',
    { alloy: ({ variables }) => ({ [`${OTLP}_ENDPOINT`]: new URL(variables[`${OTLP}_ENDPOINT`] ?? '').origin }) },
    DELIVERY,
    {
      cause: all('404', '/otlp', `${OTLP}_ENDPOINT`),
      vague: /404/,
    },
  ),
  mutant(
    'a07',
    'the OTLP endpoint of Alloy leads to a port where nothing listens',
    { alloy: { [`${OTLP}_ENDPOINT`]: 'http://127.0.0.1:9/otlp' } },
    DELIVERY,
    {
      cause: all('127\\.0\\.0\\.1:9', 'refused', `${OTLP}_ENDPOINT`),
      vague: /reach/,
    },
  ),
  mutant(
    'a08',
    'the OTLP endpoint of Alloy is https where http is spoken',
    { alloy: ({ variables }) => ({ [`${OTLP}_ENDPOINT`]: variables[`${OTLP}_ENDPOINT`]?.replace('http:', 'https:') }) },
    DELIVERY,
    {
      cause: all(`${OTLP}_ENDPOINT`, 'https|tls|ssl'),
      vague: /reach/,
    },
  ),
  mutant('a09', 'Alloy has no Prometheus endpoint', { alloy: { [`${PROMETHEUS}_ENDPOINT`]: undefined } }, 'phase3', {
    cause: all(`${PROMETHEUS}_ENDPOINT`, 'url|empty|not set'),
  }),
  mutant(
    'a10',
    'Alloy has the OTLP ID as the Prometheus ID',
    { alloy: { [`${PROMETHEUS}_INSTANCE_ID`]: LOCAL_INSTANCE_IDS.OTLP } },
    'phase3',
    {
      cause: all('401', '1461503', `${PROMETHEUS}_INSTANCE_ID`),
      vague: /401/,
    },
  ),
  mutant('a11', 'Alloy has no Prometheus ID', { alloy: { [`${PROMETHEUS}_INSTANCE_ID`]: undefined } }, 'phase3', {
    cause: all('401', `${PROMETHEUS}_INSTANCE_ID`),
    vague: /401/,
  }),
  mutant(
    'a12',
    'the Prometheus endpoint of Alloy lacks /push',
    {
      alloy: ({ variables }) => ({
        [`${PROMETHEUS}_ENDPOINT`]: variables[`${PROMETHEUS}_ENDPOINT`]?.replace(/\/push$/, ''),
      }),
    },
    'phase3',
    {
      cause: all('404|405', '/api/prom', `${PROMETHEUS}_ENDPOINT`),
      vague: /404/,
    },
  ),
  mutant('a13', 'Alloy has no address of PostgreSQL', { alloy: { POSTGRES_EXPORTER_DSN: undefined } }, 'phase2', {
    cause: all('POSTGRES_EXPORTER_DSN', 'prometheus\\.exporter\\.postgres|lookup postgres'),
    vague: /PostgreSQL/,
  }),
  mutant(
    'a14',
    'Alloy has a wrong password of PostgreSQL',
    {
      alloy: ({ postgres }) => ({
        POSTGRES_EXPORTER_DSN: `postgresql://game_scheduler:wrong@127.0.0.1:${postgres?.port}/game_scheduler?sslmode=disable`,
      }),
    },
    'phase2',
    {
      cause: all('password authentication failed', 'POSTGRES_EXPORTER_DSN'),
      vague: /PostgreSQL/,
    },
  ),
  mutant(
    'a15',
    'Alloy has a database of PostgreSQL that is not there',
    {
      alloy: ({ postgres }) => ({
        POSTGRES_EXPORTER_DSN: `postgresql://game_scheduler:${encodeURIComponent(postgres?.password ?? '')}@127.0.0.1:${postgres?.port}/game_schedule?sslmode=disable`,
      }),
    },
    'phase2',
    {
      cause: all('game_schedule\\b', 'does not exist', 'POSTGRES_EXPORTER_DSN'),
      vague: /PostgreSQL/,
    },
  ),
  mutant(
    'a16',
    'the address of PostgreSQL asks for TLS, which the server has not',
    {
      alloy: ({ postgres }) => ({
        POSTGRES_EXPORTER_DSN: `postgresql://game_scheduler:${encodeURIComponent(postgres?.password ?? '')}@127.0.0.1:${postgres?.port}/game_scheduler?sslmode=require`,
      }),
    },
    'phase2',
    {
      cause: all('SSL|TLS|sslmode', 'POSTGRES_EXPORTER_DSN'),
      vague: /PostgreSQL/,
    },
  ),
  mutant('a17', 'Alloy has no password of Redis', { alloy: { REDIS_EXPORTER_PASSWORD: undefined } }, 'phase3', {
    cause: all('NOAUTH|password', 'REDIS_EXPORTER_PASSWORD'),
    vague: /Redis/,
  }),
  mutant(
    'a18',
    'Alloy has a wrong password of Redis',
    { alloy: { REDIS_EXPORTER_PASSWORD: 'wrong-password' } },
    'phase3',
    {
      cause: all('WRONGPASS|password', 'REDIS_EXPORTER_PASSWORD'),
      vague: /Redis/,
    },
  ),
  mutant('a19', 'Alloy has no address of Redis', { alloy: { REDIS_EXPORTER_ADDRESS: undefined } }, 'phase3', {
    cause: all('REDIS_EXPORTER_ADDRESS', 'redis:6379|no such host|lookup'),
    vague: /Redis/,
  }),
  mutant('a20', 'Alloy has a wrong port of Redis', { alloy: { REDIS_EXPORTER_ADDRESS: '127.0.0.1:9' } }, 'phase3', {
    cause: all('REDIS_EXPORTER_ADDRESS', "refused|Couldn't connect"),
    vague: /Redis/,
  }),
  mutant('a21', 'Alloy has no address of RabbitMQ', { alloy: { RABBITMQ_METRICS_ADDRESS: undefined } }, 'phase7', {
    cause: all('RABBITMQ_METRICS_ADDRESS', 'rabbitmq:15692|no such host|lookup'),
    vague: /scrape/,
  }),
  mutant(
    'a22',
    'Alloy scrapes the port of AMQP',
    { alloy: ({ rabbitmq }) => ({ RABBITMQ_METRICS_ADDRESS: `127.0.0.1:${rabbitmq?.port}` }) },
    'phase7',
    {
      cause: all('RABBITMQ_METRICS_ADDRESS', 'scrape|malformed|EOF|HTTP'),
      vague: /scrape/,
    },
  ),
  mutant('a23', 'ALLOY_SCRAPE_INTERVAL is no duration', { alloy: { ALLOY_SCRAPE_INTERVAL: '60' } }, 'phase3', {
    cause: all('config\\.alloy:\\d+|ALLOY_SCRAPE_INTERVAL', 'duration'),
  }),
  mutant(
    'a24',
    'ALLOY_SCRAPE_TIMEOUT is longer than the interval',
    { alloy: { ALLOY_SCRAPE_TIMEOUT: '2m' } },
    'phase3',
    {
      cause: all('config\\.alloy:\\d+|prometheus\\.scrape', 'timeout'),
    },
  ),
  mutant('a25', 'ALLOY_OTLP_HTTP_LISTEN is a port alone', { alloy: { ALLOY_OTLP_HTTP_LISTEN: '4318' } }, DELIVERY, {
    cause: all('otelcol\\.receiver\\.otlp|config\\.alloy:\\d+', '4318'),
  }),
  mutant(
    'a26',
    'ALLOY_OTLP_GRPC_LISTEN is the port of another program',
    { alloy: ({ alloy }) => ({ ALLOY_OTLP_GRPC_LISTEN: new URL(alloy.url).host }) },
    DELIVERY,
    {
      cause: all('otelcol\\.receiver\\.otlp', 'in use|EADDRINUSE'),
    },
  ),
  mutant('a28', 'ALLOY_OTLP_BATCH_TIMEOUT is ten minutes', { alloy: { ALLOY_OTLP_BATCH_TIMEOUT: '10m' } }, DELIVERY, {
    cause: all('ALLOY_OTLP_BATCH_TIMEOUT|otelcol\\.processor\\.batch', '10m|timeout'),
    vague: /exporter/,
  }),
  mutant(
    'a29',
    'HTTP_PROXY of Alloy leads nowhere',
    {
      alloy: {
        HTTPS_PROXY: 'http://127.0.0.1:9',
        HTTP_PROXY: 'http://127.0.0.1:9',
        NO_PROXY: '',
        [`${OTLP}_ENDPOINT`]: 'http://otlp-gateway.invalid/otlp',
      },
    },
    DELIVERY,
    {
      cause: all('proxy|127\\.0\\.0\\.1:9'),
      vague: /reach/,
    },
  ),
  mutant(
    'a30',
    'the Prometheus endpoint of Alloy is https where http is spoken',
    {
      alloy: ({ variables }) => ({
        [`${PROMETHEUS}_ENDPOINT`]: variables[`${PROMETHEUS}_ENDPOINT`]?.replace('http:', 'https:'),
      }),
    },
    'phase3',
    { cause: all(`${PROMETHEUS}_ENDPOINT`, 'https|tls|ssl'), vague: /reach/ },
  ),
  mutant(
    'a31',
    'the OTLP endpoint of Alloy has quotes around it',
    { alloy: ({ variables }) => ({ [`${OTLP}_ENDPOINT`]: `"${variables[`${OTLP}_ENDPOINT`]}"` }) },
    DELIVERY,
    { cause: all(`${OTLP}_ENDPOINT`, 'config\\.alloy:\\d+', 'valid URL|quot'), vague: /endpoint/ },
  ),
  mutant(
    'a32',
    'the OTLP ID of Alloy ends with a blank',
    { alloy: { [`${OTLP}_INSTANCE_ID`]: '1461503 ' } },
    DELIVERY,
    {
      cause: all('401', `${OTLP}_INSTANCE_ID`, 'blank|space'),
      vague: /401/,
    },
  ),
  mutant(
    'a33',
    'the token of Alloy has quotes around it',
    { alloy: ({ variables }) => ({ [KEY]: `"${variables[KEY]}"` }) },
    DELIVERY,
    { cause: all('401', KEY), vague: /401/ },
  ),
  mutant(
    'a34',
    'the Prometheus endpoint of Alloy is a port where nothing listens',
    { alloy: { [`${PROMETHEUS}_ENDPOINT`]: 'http://127.0.0.1:9/api/prom/push' } },
    'phase3',
    { cause: all(`${PROMETHEUS}_ENDPOINT`, '127\\.0\\.0\\.1:9\\b', 'refused'), vague: /reach/ },
  ),
  mutant('a36', 'ALLOY_LOG_LEVEL is no level', { alloy: { ALLOY_LOG_LEVEL: 'verbose' } }, 'phase3', {
    cause: all('ALLOY_LOG_LEVEL', 'verbose|level', 'config\\.alloy:\\d+'),
    vague: /level/,
  }),
  mutant(
    'a37',
    'the address of RabbitMQ has a path',
    { alloy: ({ rabbitmq }) => ({ RABBITMQ_METRICS_ADDRESS: `${new URL(rabbitmq?.metricsUrl ?? '').host}/metrics` }) },
    'phase7',
    { cause: all('RABBITMQ_METRICS_ADDRESS', 'metrics'), vague: /scrape/ },
  ),
  mutant(
    'a38',
    'the address of Redis has quotes around it',
    { alloy: ({ redis }) => ({ REDIS_EXPORTER_ADDRESS: `"127.0.0.1:${redis?.port}"` }) },
    'phase3',
    { cause: all('REDIS_EXPORTER_ADDRESS', 'quot'), vague: /Redis/ },
  ),
  mutant(
    'a39',
    'the data source of PostgreSQL is HOST:PORT alone',
    { alloy: ({ postgres }) => ({ POSTGRES_EXPORTER_DSN: `127.0.0.1:${postgres?.port}` }) },
    'phase2',
    { cause: all('POSTGRES_EXPORTER_DSN', 'config\\.alloy:\\d+', 'DSN'), vague: /PostgreSQL|DSN/ },
  ),
  mutant('a40', 'ALLOY_SCRAPE_INTERVAL is ten minutes', { alloy: { ALLOY_SCRAPE_INTERVAL: '10m' } }, 'phase3', {
    cause: all('ALLOY_SCRAPE_INTERVAL', '10m'),
    vague: /interval/,
  }),
];

export const environment: readonly Mutant[] = [...unset, ...malformed, ...shared, ...misnamed, ...ofAlloy];
