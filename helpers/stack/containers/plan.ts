import { type Part, type PlannedEndpoints, serviceParts } from '../../run/stack.ts';
import type { PartContext, PartPlan } from '../owned/part.ts';
import { type ComposeService, composeServices } from './compose-file.ts';
import { isOwnImage, type ServiceName, serviceOf } from './container-images.ts';
import type { ContainersOptions } from './containers.ts';
import type { EngineWorld } from './engine-world.ts';
import { CLOUD_PORT, kinds, type Passwords } from './kinds.ts';

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
  readonly passwords: Passwords;
  readonly options: ContainersOptions;
};

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
    if (part === 'cloud') return cloudService(image.image, ports[0] ?? 0, world, environment);
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

const cloudProgram = 'helpers/mock-cloud/main.ts';

function cloudService(
  image: string,
  port: number,
  world: EngineWorld,
  environment: Readonly<Record<string, string>>,
): ComposeService {
  return {
    image,
    command: ['node', cloudProgram, '--host', '0.0.0.0', '--port', String(CLOUD_PORT)],
    environment,
    files: [],
    ports: [{ address: world.bindAddress, host: port, container: CLOUD_PORT }],
    workingDirectory: '/opt/alloy-verify',
  };
}
