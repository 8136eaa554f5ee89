import type { PartControl } from './part-control.ts';
import type { AlloyEndpoint, PostgresEndpoint, RabbitmqEndpoint, RedisEndpoint, ServiceEndpoints } from './run.ts';

/** The services of the application. */
export const serviceParts = ['api', 'bot', 'notification-daemon', 'status-transition-daemon'] as const;
export type ServicePart = (typeof serviceParts)[number];

/**
 * The parts of a stack, in the order in which they are started: Alloy's first sample leaves it seconds after its start,
 * and RabbitMQ boots for seconds. `cloud` is the mock Grafana Cloud.
 */
export const partsInOrder = [...serviceParts, 'alloy', 'rabbitmq', 'cloud', 'redis', 'postgres'] as const;
export type Part = (typeof partsInOrder)[number];

/** The mock Grafana Cloud of a run. */
export type CloudEndpoint = {
  /** `http://HOST:PORT`, as this process reaches it. */
  readonly url: string;
  /** Where Alloy reaches it, where that is another address. */
  readonly urlInside?: string;
  readonly logFile: string;
  /** `127.0.0.1:PORT` of OTLP over gRPC, where it was asked for. */
  readonly grpcAddress?: string;
  /** The file of the certificate that gRPC is served with; absent for clear text. */
  readonly certificate?: string;
};

/** How to reach the parts that were asked for; plain data, which can travel to test workers. */
export type Endpoints = ServiceEndpoints & {
  readonly postgres?: PostgresEndpoint;
  readonly redis?: RedisEndpoint;
  readonly rabbitmq?: RabbitmqEndpoint;
  readonly alloy?: AlloyEndpoint;
  readonly cloud?: CloudEndpoint;
};

/** Where an Alloy listens: its own HTTP server, and the OTLP receivers of the project's configuration. */
export type AlloyAddresses = Pick<AlloyEndpoint, 'url' | 'otlpGrpc' | 'otlpHttp'>;

/** What Alloy's environment is made of: the endpoints as they will be, since Alloy starts before the parts that it watches. */
export type PlannedEndpoints = Omit<Endpoints, 'alloy'> & { readonly alloy?: AlloyAddresses };

/** A stack that runs. `stop` leaves no process, port or directory of it, and is also done when the runner is gone. */
export type Stack = PartControl & {
  readonly kind: 'native' | 'containers' | 'external';
  /** Whether the stack was there before this run and stays after it. */
  readonly warm: boolean;
  readonly endpoints: Endpoints;
  /** The socket on which test workers take parts away and bring them back ({@link partControl}); absent for `external`. */
  readonly controlSocket?: string;
  readonly versions: Readonly<Partial<Record<Part, string>>>;
  /** Milliseconds from the start of each part to its readiness, and of the whole start as `stack`. */
  readonly timings: Readonly<Partial<Record<Part | 'stack', number>>>;
  /** Parts that were allowed not to start and did not, each with the reason. */
  readonly failures: Readonly<Partial<Record<Part, string>>>;
  /** The last lines that a part printed, oldest first. */
  readonly logTail: (part: Part, lines: number) => string[];
  /** Ends the stack, where it was started for this run; a warm or external one is left as it is. */
  readonly stop: () => Promise<void>;
} & AsyncDisposable;
