import { type Endpoints, type LgtmEndpoint, OWN_POSTGRES } from '../../run/endpoints.ts';
import type { Part } from '../../run/part.ts';
import type { PartPlan } from '../owned/part.ts';
import { readAlloyVersion } from '../parts/alloy.ts';
import { mustAccept, mustAnswer } from '../parts/http-probe.ts';
import { probePostgres, readPostgresVersion } from '../parts/postgres.ts';
import { probeRabbitmq, readRabbitmqVersion } from '../parts/rabbitmq.ts';
import { probeRedis, readRedisVersion } from '../parts/redis.ts';

/** The passwords of a run's servers. */
export type Passwords = { readonly postgres: string; readonly redis: string; readonly rabbitmq: string };

/** What distinguishes one part from another when it is a container. */
export type ContainerPart = {
  /** Its variables in the compose file that name ports of the engine's machine. */
  readonly ports: readonly string[];
  readonly endpoints: (host: string, ports: readonly number[], passwords: Passwords) => Endpoints;
  readonly check: (endpoints: Endpoints) => Pick<PartPlan, 'probe' | 'version'>;
} & Pick<PartPlan, 'title' | 'deadlineMs' | 'stopSignal' | 'outage'>;

const application = 'game_scheduler';
/** Where the mock, or the gateway in its place, listens in a container of its own. */
export const CLOUD_PORT = 9009;
/** Where a gateway in a container finds grafana/otel-lgtm. */
export const LGTM_INSIDE: LgtmEndpoint = describeLgtm('lgtm', [3200, 9090, 3100, 4318, 3000]);
const own = { deadlineMs: 60_000, stopSignal: 'SIGTERM', outage: 'kill' } as const;

/** The parts as containers. */
export const containerParts: Readonly<Record<Part, ContainerPart>> = {
  postgres: {
    title: 'PostgreSQL',
    ports: ['POSTGRES_PORT'],
    endpoints: (host, [port = 0], { postgres: password }) => ({
      postgres: { host, port, user: application, password, database: application, ...OWN_POSTGRES },
    }),
    check: ({ postgres }) => ({
      probe: () => probePostgres(requireEndpoint(postgres)),
      version: () => readPostgresVersion(requireEndpoint(postgres)),
    }),
    deadlineMs: 60_000,
    stopSignal: 'SIGINT',
    // Stopped, the exporter and four services connect again, some of them after waiting a second.
    outage: 'pause',
  },
  redis: {
    title: 'Redis',
    ports: ['REDIS_PORT'],
    endpoints: (host, [port = 0], { redis: password }) => ({ redis: { host, port, password } }),
    check: ({ redis }) => ({
      probe: () => probeRedis(requireEndpoint(redis)),
      version: () => readRedisVersion(requireEndpoint(redis)),
    }),
    deadlineMs: 60_000,
    stopSignal: 'SIGTERM',
    outage: 'pause',
  },
  rabbitmq: {
    title: 'RabbitMQ',
    ports: ['RABBITMQ_PORT', 'RABBITMQ_METRICS_PORT'],
    endpoints: (host, [port = 0, metrics = 0], { rabbitmq: password }) => ({
      rabbitmq: { host, port, user: application, password, metricsUrl: `http://${host}:${metrics}/metrics` },
    }),
    check: ({ rabbitmq }) => ({
      probe: () => probeRabbitmq(requireEndpoint(rabbitmq)),
      version: () => readRabbitmqVersion(requireEndpoint(rabbitmq)),
    }),
    deadlineMs: 120_000,
    stopSignal: 'SIGTERM',
    outage: 'pause',
  },
  alloy: {
    title: 'Alloy',
    ports: ['ALLOY_PORT', 'ALLOY_OTLP_GRPC_PORT', 'ALLOY_OTLP_HTTP_PORT'],
    endpoints: (host, [http, grpc, otlpHttp]) => ({
      alloy: { url: `http://${host}:${http}`, otlpGrpc: `${host}:${grpc}`, otlpHttp: `http://${host}:${otlpHttp}` },
    }),
    check: ({ alloy }) => ({
      probe: () => mustAnswer(`${requireEndpoint(alloy).url}/-/ready`),
      version: () => readAlloyVersion(requireEndpoint(alloy).url),
    }),
    deadlineMs: 60_000,
    stopSignal: 'SIGTERM',
    outage: 'stop',
  },
  'mock-cloud': {
    title: 'the mock cloud',
    ports: ['CLOUD_PORT'],
    endpoints: (host, [port]) => ({
      mockCloud: { url: `http://${host}:${port}`, urlInside: `http://mock-cloud:${CLOUD_PORT}`, logFile: '' },
    }),
    check: ({ mockCloud }) => ({
      probe: () => mustAnswer(`${requireEndpoint(mockCloud).url}/-/ready`),
      version: async () => 'mock',
    }),
    ...own,
    outage: 'stop',
  },
  lgtm: {
    title: 'grafana/otel-lgtm',
    ports: ['LGTM_TEMPO_PORT', 'LGTM_PROMETHEUS_PORT', 'LGTM_LOKI_PORT', 'LGTM_OTLP_HTTP_PORT', 'LGTM_GRAFANA_PORT'],
    endpoints: (host, ports) => ({ lgtm: describeLgtm(host, ports) }),
    check: ({ lgtm }) => ({ probe: () => probeLgtm(requireEndpoint(lgtm)), version: async () => 'as in its image' }),
    // Tempo and Loki accept data some 15 s after their start, more on a busy machine.
    deadlineMs: 120_000,
    stopSignal: 'SIGTERM',
    outage: 'pause',
  },
  api: service('api', ['API_PORT'], (host, [port]) => ({ api: { url: `http://${host}:${port}` } })),
  bot: service('bot', ['BOT_PORT', 'BOT_GATEWAY_PORT'], (host, [port, gateway]) => ({
    bot: { url: `http://${host}:${port}`, gatewayUrl: `http://${host}:${gateway}/dispatch` },
  })),
  'notification-daemon': service('notification-daemon', ['NOTIFICATION_DAEMON_PORT'], (host, [port]) => ({
    notificationDaemon: { url: `http://${host}:${port}` },
  })),
  'status-transition-daemon': service(
    'status-transition-daemon',
    ['STATUS_TRANSITION_DAEMON_PORT'],
    (host, [port]) => ({
      statusTransitionDaemon: { url: `http://${host}:${port}` },
    }),
  ),
};

function service(title: string, ports: readonly string[], endpoints: ContainerPart['endpoints']): ContainerPart {
  return {
    title,
    ports,
    endpoints,
    check: (made) => ({
      probe: () => mustAnswer(`${readUrl(made)}/health`),
      version: async () => 'as in its image',
    }),
    ...own,
  };
}

/** The ports are those of Tempo, Prometheus, Loki, the OpenTelemetry Collector's OTLP/HTTP and Grafana. */
function describeLgtm(host: string, ports: readonly number[]): LgtmEndpoint {
  const [tempo = '', prometheus = '', loki = '', collector = '', grafana = ''] = ports.map(
    (port) => `http://${host}:${port}`,
  );
  const reach = (url: string) => ({ url, user: '', password: '' });
  return {
    tempo: reach(tempo),
    prometheus: reach(prometheus),
    loki: reach(loki),
    // Its Tempo receives only what comes from inside of the container.
    traces: collector,
    grafana: { url: grafana, dataSources: { tempo: 'tempo', prometheus: 'prometheus', loki: 'loki' } },
  };
}

/** Grafana is left out: it is for people, and no criterion needs it. */
async function probeLgtm({ tempo, prometheus, loki, traces }: LgtmEndpoint): Promise<void> {
  await mustAnswer(`${tempo.url}/ready`);
  await mustAnswer(`${loki.url}/ready`);
  await mustAnswer(`${prometheus.url}/-/ready`);
  await mustAccept(`${traces}/v1/traces`, '{}');
}

function readUrl({ api, bot, notificationDaemon, statusTransitionDaemon }: Endpoints): string {
  return requireEndpoint(api ?? bot ?? notificationDaemon ?? statusTransitionDaemon).url;
}

function requireEndpoint<T>(endpoint: T | undefined): T {
  if (endpoint === undefined) throw new TypeError('a part has an endpoint of its own');
  return endpoint;
}
