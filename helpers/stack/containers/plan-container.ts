import type { Endpoints } from '../../run/endpoints.ts';
import { isServicePart, type Part } from '../../run/part.ts';
import { listServiceIntervals } from '../../settings/alloy-environment.ts';
import { listServiceTelemetry } from '../../settings/service-telemetry.ts';
import type { PartContext, PartPlan } from '../owned/part.ts';
import { GATEWAY_TITLE, listGatewayVariables } from '../parts/lgtm-gateway.ts';
import type { ContainersPlan, ServiceName } from '../plan.ts';
import { isStackVariable, listExportVariables, listRunVariables, listTrustVariables } from '../variables.ts';
import { type ComposeService, composeServices } from './compose-file.ts';
import { isOwnImage, nameService, requireImage } from './container-images.ts';
import { CLOUD_PORT, containerParts, LGTM_INSIDE, type Passwords } from './container-parts.ts';
import type { EngineLocation } from './engine-location.ts';

/** A part as a container: its plan, except for its launch, and what it is created from. */
export type ContainerPlan = {
  readonly plan: Omit<PartPlan, 'launch'>;
  readonly service: ServiceName;
  readonly image: string;
  /** The project's program that it runs, relative to the root, where it runs one. */
  readonly program?: string;
  /** Reads it from the compose file, with the addresses of all others; called when those are known. */
  readonly compose: () => ComposeService;
};

/** What a container is planned with. */
export type ContainerContext = {
  readonly context: PartContext;
  /** The endpoints that were planned before: of the mock cloud, if any, its address. */
  readonly others: Endpoints;
  readonly location: EngineLocation;
  readonly passwords: Passwords;
  readonly images: ContainersPlan['images'];
};

/** Plans a part as a container, on free ports. */
export async function planContainer(
  part: Part,
  { context, others, location, passwords, images }: ContainerContext,
): Promise<ContainerPlan> {
  const { request } = context;
  const { settings } = request.plan;
  const { ports: names, endpoints: buildEndpoints, check, ...rest } = containerParts[part];
  const cloud = part === 'mock-cloud' ? describeCloudProgram(request, others) : undefined;
  const ports: number[] = [];
  for (const _ of names) ports.push(await context.ports.next());
  const endpoints = buildEndpoints(location.host, ports, passwords);
  if (endpoints.mockCloud !== undefined) Object.assign(endpoints.mockCloud, { logFile: context.logPath });
  const name = nameService(part);
  const { image } = requireImage(images, name);
  const variables = {
    ...listServiceIntervals(settings.intervals),
    ...settings.inherited.extend(),
    ...listRunVariables(request),
    SERVICE_INSTANCE_ID: request.runId,
    DLQ_CHECK_INTERVAL_SECONDS: String(settings.dlqCheckIntervalSeconds),
    ...Object.fromEntries(names.map((variable, index) => [variable, String(ports[index])])),
    BIND_ADDRESS: location.bindAddress,
    POSTGRES_PASSWORD: passwords.postgres,
    REDIS_PASSWORD: passwords.redis,
    RABBITMQ_PASSWORD: passwords.rabbitmq,
    ALLOY_CONFIG: settings.alloyConfig,
  };
  const isOwn = isOwnImage(part, settings);
  const program = cloud?.program ?? (isServicePart(part) && !isOwn ? `fixtures/services/${part}/main.ts` : undefined);
  const compose = () => {
    if (cloud !== undefined) return composeCloud(cloud, image, ports[0] ?? 0, location);
    const { mockCloud } = others;
    const environment = listEnvironment(part, context, mockCloud);
    const found = composeServices({ ...variables, ...(mockCloud && listExportVariables(request, mockCloud)) })[name];
    if (found === undefined) throw new Error(`docker-compose.test.yml has no service ${name}`);
    const certificate = part === 'alloy' && mockCloud?.certificate;
    const files = certificate ? [...found.files, { source: certificate, target: certificate }] : found.files;
    const merged = { ...found, files, environment: { ...found.environment, ...environment } };
    if (!isOwn) return merged;
    const { command: _, workingDirectory: __, ...bare } = merged;
    return { ...bare, files: [] };
  };
  return {
    plan: {
      part,
      ...rest,
      endpoints,
      prepare: async () => {},
      ...check(endpoints),
      ...(cloud && { title: cloud.title, version: async () => cloud.version }),
    },
    service: name,
    image,
    ...(program !== undefined && { program }),
    compose,
  };
}

/** What goes into the environment of a part beside what the compose file says. */
function listEnvironment(
  part: Part,
  { request }: PartContext,
  mockCloud: Endpoints['mockCloud'],
): Readonly<Record<string, string>> {
  const { settings, configuration } = request.plan;
  if (isServicePart(part)) return listServiceTelemetry(settings.telemetry, request.runId);
  if (part !== 'alloy') return {};
  // The person's configuration may read variables that the compose file does not know.
  const own = settings.inherited.pick(configuration.variables.filter((name) => !isStackVariable(name)));
  return { ...own, ...(mockCloud && listTrustVariables(mockCloud)) };
}

/** A program of this project that stands for Grafana Cloud, in a container beside the others. */
type CloudProgram = {
  readonly title: string;
  readonly version: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
};

/** The gateway before a grafana/otel-lgtm, else the mock cloud. */
function describeCloudProgram({ cloudVariables }: PartContext['request'], { lgtm }: Endpoints): CloudProgram {
  if (lgtm === undefined) {
    return {
      title: containerParts['mock-cloud'].title,
      version: 'mock',
      program: 'helpers/mock-cloud/main.ts',
      args: ['--host', '0.0.0.0', '--port', String(CLOUD_PORT)],
      environment: cloudVariables('http://mock-cloud'),
    };
  }
  return {
    title: GATEWAY_TITLE,
    version: 'gateway',
    program: 'helpers/lgtm-gateway/main.ts',
    args: ['0.0.0.0', String(CLOUD_PORT)],
    environment: listGatewayVariables(LGTM_INSIDE),
  };
}

function composeCloud(
  { program, args, environment }: CloudProgram,
  image: string,
  port: number,
  { bindAddress }: EngineLocation,
): ComposeService {
  return {
    image,
    command: ['node', program, ...args],
    environment,
    files: [],
    ports: [{ address: bindAddress, host: port, container: CLOUD_PORT }],
    workingDirectory: '/opt/alloy-verify',
  };
}
