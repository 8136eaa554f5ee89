import type { Milliseconds } from '../otlp/ids.ts';
import type { ProxySettings } from '../settings/settings.ts';

/**
 * For a client of a PostgreSQL that the run starts: neither PGSSLMODE nor PGOPTIONS of the person's shell is about that. An empty
 * text would not keep the client from reading the variable.
 */
export const OWN_POSTGRES = { ssl: false, options: ' ' } as const;

/** How to reach and log in to PostgreSQL as the application does. */
export type PostgresEndpoint = Partial<typeof OWN_POSTGRES> & {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
};
/** How to reach and log in to Redis. */
export type RedisEndpoint = { readonly host: string; readonly port: number; readonly password: string };
/** How to reach RabbitMQ: AMQP with login, and the Prometheus plugin's page. */
export type RabbitmqEndpoint = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** `http://host:15692/metrics` */
  readonly metricsUrl: string;
};

/** Where an Alloy listens: its own HTTP server, and its OTLP receivers. */
export type AlloyAddresses = {
  /** `http://host:12345` */
  readonly url: string;
  /** `host:4317` */
  readonly otlpGrpc: string;
  /** `http://host:4318` */
  readonly otlpHttp: string;
};

/** The mock cloud of a run. */
export type MockCloudEndpoint = {
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

/** A grafana/otel-lgtm of a run. */
export type LgtmEndpoint = BackendAccess & {
  /** Where it receives traces over OTLP/HTTP: `http://host:4318`. */
  readonly traces: string;
  readonly grafana: GrafanaLinks;
};

/** How to reach the parts of a stack; plain data, which can travel to test workers. */
export type Endpoints = {
  readonly postgres?: PostgresEndpoint;
  readonly redis?: RedisEndpoint;
  readonly rabbitmq?: RabbitmqEndpoint;
  readonly alloy?: AlloyAddresses;
  readonly mockCloud?: MockCloudEndpoint;
  readonly lgtm?: LgtmEndpoint;
  /** `url` is where each service answers `/health`. */
  readonly api?: { readonly url: string };
  /** `gatewayUrl` is where what Discord would send is posted to. */
  readonly bot?: { readonly url: string; readonly gatewayUrl: string };
  readonly notificationDaemon?: { readonly url: string };
  readonly statusTransitionDaemon?: { readonly url: string };
};

/** Where to query one service, and with which login. */
export type ServiceAccess = {
  /** The base URL of its query API, without a final slash. */
  readonly url: string;
  /** The instance ID, on Grafana Cloud. Nothing is sent where it and the password are empty. */
  readonly user: string;
  readonly password: string;
  /** Whether the password is a token that is sent without a user name: that of a Grafana's service account. */
  readonly isBearer?: boolean;
  /** The tenant of a backend that has several (`X-Scope-OrgID`). */
  readonly tenant?: string;
  /** The proxies on the way there; a loopback address has none. */
  readonly proxies?: ProxySettings;
  readonly variables?: AccessVariables;
};

/** The variables that a person corrects where a service can't be queried. */
export type AccessVariables = {
  /** The one with its address. */
  readonly url: string;
  /** Those with its login: the same one where the login is in the URL. */
  readonly login: readonly string[];
};

/** The three services that can be queried. */
export type BackendAccess = {
  readonly prometheus: ServiceAccess;
  readonly tempo: ServiceAccess;
  readonly loki: ServiceAccess;
};

/** A Grafana that shows what the three services have: its address without a final slash, and the uids of their data sources. */
export type GrafanaLinks = {
  readonly url: string;
  readonly dataSources: Readonly<Record<keyof BackendAccess, string>>;
};

/** Since when a service gives no answer, in milliseconds since the epoch, and what its last question got instead. */
export type Silence = { readonly since: Milliseconds; readonly reason: string };

/** What may answer in place of a query API. */
export type Stranger = 'web page' | 'empty body' | 'other API';
