/** The services of the application. */
export const serviceParts = ['api', 'bot', 'notification-daemon', 'status-transition-daemon'] as const;
export type ServicePart = (typeof serviceParts)[number];

/** What each service calls itself in its telemetry: `service.name`. */
export const SERVICE_NAMES: Readonly<Record<ServicePart, string>> = {
  api: 'api-service',
  bot: 'bot-service',
  'notification-daemon': 'notification-daemon',
  'status-transition-daemon': 'status-transition-daemon',
};

/**
 * The parts of a stack, in the order in which they are started: Alloy's first sample leaves it seconds after its start,
 * and RabbitMQ boots for seconds. `mock-cloud` is the mock Grafana Cloud, or the
 * gateway that stands in its place before other backends; `lgtm` is grafana/otel-lgtm, where that is the backend.
 */
export const partsInOrder = [...serviceParts, 'alloy', 'rabbitmq', 'mock-cloud', 'lgtm', 'redis', 'postgres'] as const;
export type Part = (typeof partsInOrder)[number];

/** The parts that a part can't start without, by the part. */
const dependencies: Readonly<Partial<Record<Part, readonly Part[]>>> = {
  api: ['postgres', 'redis', 'rabbitmq'],
  bot: ['postgres', 'rabbitmq'],
  'notification-daemon': ['postgres', 'rabbitmq'],
  'status-transition-daemon': ['postgres', 'rabbitmq'],
};

/** These parts and those that they can't start without, each once. */
export function addDependencies(parts: readonly Part[]): Part[] {
  return [...new Set(parts.flatMap((part) => [...(dependencies[part] ?? []), part]))];
}

/** Whether a name is that of a part. */
export function isPart(name: string): name is Part {
  return partsInOrder.some((part) => part === name);
}

/** Whether a part is a service of the application. */
export function isServicePart(part: Part): part is ServicePart {
  return serviceParts.some((service) => service === part);
}

/** Whether a part is there for the backend of a run, which decides on it. */
export function isBackendPart(part: Part): boolean {
  return part === 'mock-cloud' || part === 'lgtm';
}

/** What can be done to the parts of a stack that the project started. Requests for one part are carried out one after the other. */
export type PartControl = {
  /** Causes an outage of a part, in the way that costs least. Returns when it can't be reached. Harmless when it is away. */
  readonly takeAway: (part: Part) => Promise<void>;
  /** Ends the outage. Returns when the part is ready. Harmless when it is there. */
  readonly bringBack: (part: Part) => Promise<void>;
  /** Stops the processes of a part where they stand (SIGSTOP): connections stay open and nothing answers. */
  readonly pause: (part: Part) => Promise<void>;
  readonly resume: (part: Part) => Promise<void>;
  /** Does with a part what its users will do; throws, with the reason, where it can't. */
  readonly check: (part: Part) => Promise<void>;
  /** Ends a part and starts it again at the same address. Returns when it is ready. */
  readonly restart: (part: Part) => Promise<void>;
};
