import { versionOfAlloy } from '../alloy.ts';
import { mustAnswer } from '../answers.ts';
import { type ComposeService, composeServices } from '../compose-file.ts';
import { imageVariable, isOwnImage, type ServiceName, serviceOf } from '../container-images.ts';
import type { ContainersOptions } from '../containers.ts';
import type { PartContext, PartPlan } from '../part.ts';
import { probePostgres, versionOfPostgres } from '../postgres.ts';
import { probeRabbitmq, versionOfRabbitmq } from '../rabbitmq.ts';
import { probeRedis, versionOfRedis } from '../redis.ts';
import { type Part, type PlannedEndpoints, serviceParts } from '../stack.ts';
import type { EngineWorld } from './engine-world.ts';

/** A part as a container: its plan, but for its launch, and what it is created from. */
export type ContainerPlan = {
  readonly plan: Omit<PartPlan, 'launch'>;
  readonly service: ServiceName;
  readonly image: string;
  /** The project's program that it runs, relative to the root, where it runs one. */
  readonly program?: string;
  /** What the compose file says of it, with the addresses of all others; asked for when those are known. */
  readonly composed: () => ComposeService;
};

/** What a container is planned with. */
export type ContainerSurroundings = {
  readonly context: PartContext;
  /** The endpoints that were planned before: of the mock Grafana Cloud, if any, its address. */
  readonly others: PlannedEndpoints;
  readonly world: EngineWorld;
  /** Of PostgreSQL, Redis and RabbitMQ. */
  readonly passwords: { readonly postgres: string; readonly redis: string; readonly rabbitmq: string };
  readonly options: ContainersOptions;
};

/** What distinguishes one part from another when it is a container. */
type Kind = {
  /** Its variables in the compose file that name ports of the engine's machine. */
  readonly ports: readonly string[];
  readonly endpoints: (
    host: string,
    ports: readonly number[],
    passwords: ContainerSurroundings['passwords'],
  ) => PlannedEndpoints;
  readonly check: (endpoints: PlannedEndpoints) => Pick<PartPlan, 'probe' | 'version'>;
} & Pick<PartPlan, 'title' | 'deadlineMs' | 'stopSignal' | 'outage'>;

const application = 'game_scheduler';
/** Where the mock listens in a container of its own, and where it writes the certificate that it made. */
const cloudPort = 9009;
const own = { deadlineMs: 60_000, stopSignal: 'SIGTERM', outage: 'kill' } as const;

const kinds: Readonly<Record<Part, Kind>> = {
  postgres: {
    title: 'PostgreSQL',
    ports: ['POSTGRES_PORT'],
    endpoints: (host, [port = 0], { postgres: password }) => ({
      postgres: { host, port, user: application, password, database: application },
    }),
    check: ({ postgres }) => ({
      probe: () => probePostgres(known(postgres)),
      version: () => versionOfPostgres(known(postgres)),
    }),
    deadlineMs: 60_000,
    stopSignal: 'SIGINT',
    // Stopped, the exporter and four services connect anew, some of them after a second's wait.
    outage: 'pause',
  },
  redis: {
    title: 'Redis',
    ports: ['REDIS_PORT'],
    endpoints: (host, [port = 0], { redis: password }) => ({ redis: { host, port, password } }),
    check: ({ redis }) => ({ probe: () => probeRedis(known(redis)), version: () => versionOfRedis(known(redis)) }),
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
      probe: () => probeRabbitmq(known(rabbitmq)),
      version: () => versionOfRabbitmq(known(rabbitmq)),
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
      probe: () => mustAnswer(`${known(alloy).url}/-/ready`),
      version: () => versionOfAlloy(known(alloy).url),
    }),
    deadlineMs: 60_000,
    stopSignal: 'SIGTERM',
    outage: 'stop',
  },
  cloud: {
    title: 'the mock Grafana Cloud',
    ports: ['CLOUD_PORT'],
    endpoints: (host, [port]) => ({
      cloud: { url: `http://${host}:${port}`, urlInside: `http://cloud:${cloudPort}`, logFile: '' },
    }),
    check: ({ cloud }) => ({ probe: () => mustAnswer(`${known(cloud).url}/-/ready`), version: async () => 'mock' }),
    ...own,
    outage: 'stop',
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

function service(title: string, ports: readonly string[], endpoints: Kind['endpoints']): Kind {
  return {
    title,
    ports,
    endpoints,
    check: (made) => ({
      probe: () => mustAnswer(`${urlOf(made)}/health`),
      version: async () => 'its image’s',
    }),
    ...own,
  };
}

function urlOf({ api, bot, notificationDaemon, statusTransitionDaemon }: PlannedEndpoints): string {
  return known(api ?? bot ?? notificationDaemon ?? statusTransitionDaemon).url;
}

function known<T>(endpoint: T | undefined): T {
  if (endpoint === undefined) throw new TypeError('a part is asked at an endpoint of its own');
  return endpoint;
}

/** Plans a part as a container, on free ports. */
export async function planContainer(
  part: Part,
  { context, others, world, passwords, options }: ContainerSurroundings,
): Promise<ContainerPlan> {
  const { ports: names, endpoints: made, check, ...rest } = kinds[part];
  const ports: number[] = [];
  for (const _ of names) ports.push(await context.ports.next());
  const endpoints = made(world.host, ports, passwords);
  if (endpoints.cloud !== undefined) Object.assign(endpoints.cloud, { logFile: context.logPath });
  const name = serviceOf(part);
  const image = options.images.get(name);
  if (image === undefined) throw new Error(`no image was found for ${name}`);
  const variables = {
    ...options.variables,
    ...Object.fromEntries(names.map((variable, index) => [variable, String(ports[index])])),
    BIND_ADDRESS: world.bindAddress,
    POSTGRES_PASSWORD: passwords.postgres,
    REDIS_PASSWORD: passwords.redis,
    RABBITMQ_PASSWORD: passwords.rabbitmq,
    ALLOY_CONFIG: options.alloyConfig,
  };
  const isOwn = isOwnImage(part, options.variables);
  const isProgram = (serviceParts.some((other) => other === part) && !isOwn) || part === 'cloud';
  const composed = () => {
    const { cloud } = others;
    const environment = options.environmentOf(part, cloud);
    if (part === 'cloud') return cloudService(ports[0] ?? 0, world, { ...environment });
    const found = composeServices({ ...variables, ...(cloud && options.cloudVariables(cloud)) })[name];
    if (found === undefined) throw new Error(`docker-compose.test.yml has no service ${name}`);
    const trusted = part === 'alloy' && cloud?.certificate;
    const files = trusted ? [...found.files, { source: trusted, target: trusted }] : found.files;
    const merged = { ...found, files, environment: { ...found.environment, ...environment } };
    if (!isOwn) return merged;
    const { command: _, workingDirectory: __, ...bare } = merged;
    return { ...bare, files: [] };
  };
  return {
    plan: { part, ...rest, endpoints, prepare: async () => {}, ...check(endpoints) },
    service: name,
    image: image.image,
    ...(isProgram && { program: part === 'cloud' ? cloudProgram : `fixtures/services/${part}/main.ts` }),
    composed,
  };
}

const cloudProgram = 'helpers/backend/mock/main.ts';

function cloudService(port: number, world: EngineWorld, environment: Record<string, string>): ComposeService {
  return {
    image: imageVariable('cloud'),
    command: ['node', cloudProgram, '--host', '0.0.0.0', '--port', String(cloudPort)],
    environment,
    files: [],
    ports: [{ address: world.bindAddress, host: port, container: cloudPort }],
    workingDirectory: '/opt/alloy-verify',
  };
}
