import { type CloudEndpoint, type Part, type PlannedEndpoints, type Stack, serviceParts } from '../run/stack.ts';
import { aimedAtMock, intervalVariables } from '../settings/alloy-environment.ts';
import type { Settings } from '../settings/settings.ts';
import type { ChosenWorld } from './choose.ts';
import { startContainers } from './containers/containers.ts';
import { startNative } from './native/native.ts';
import type { AlloyProgram } from './parts/alloy-program.ts';
import type { CloudGrpc } from './parts/mock-cloud.ts';

/** The label and the variable of the mark on scraped series; `config.alloy` joins the two. */
export const SERIES_MARK = { label: 'verify_run', variable: 'ALLOY_VERIFY_RUN_ID' };

/** What both kinds of stack are started for. */
export type Asked = {
  readonly settings: Settings;
  readonly inherited: Readonly<Record<string, string>>;
  /** The `GRAFANA_CLOUD_*` variables of a stack whose mock is at this origin. */
  readonly variablesAt: (origin: string) => Record<string, string>;
  readonly id: string;
  readonly grpc: CloudGrpc;
};

/** Starts a native stack with this Alloy; `given` is there already. Throws as `startNative` does. */
export async function nativeStack(
  { settings, inherited, variablesAt, id, grpc }: Asked,
  program: AlloyProgram,
  parts: readonly Part[],
  given: PlannedEndpoints,
): Promise<Stack> {
  return await startNative({
    parts,
    given,
    alloy: {
      program,
      config: settings.alloyConfig,
      environment: ({ cloud, ...others }) => ({
        ...inherited,
        ...intervalVariables(settings.intervals),
        ...(cloud && exportVariables(cloud, variablesAt)),
        ...sourceVariables(others),
        [SERIES_MARK.variable]: id,
      }),
    },
    services: {
      instanceId: id,
      dlqCheckIntervalSeconds: settings.dlqCheckIntervalSeconds,
      otelVariables: telemetryVariables(inherited),
    },
    cloudEnvironment: variablesAt,
    cloudGrpc: grpc,
    mayFail: ['alloy'],
  });
}

/** Starts a stack of containers for this configuration. Throws as `startContainers` does. */
export async function containerStack(
  { settings, inherited, variablesAt, id, grpc }: Asked,
  { engine, images }: Extract<ChosenWorld, { stack: 'containers' }>,
  parts: readonly Part[],
  configuration: string,
): Promise<Stack> {
  // A configuration of the person's own may read variables of its own, which the compose file does not know.
  const read = [...configuration.matchAll(/\benv\(\s*"([^"]+)"/g)].map(([, name]) => name ?? '');
  const own = Object.fromEntries(
    read.flatMap((name) => {
      const value = inherited[name];
      return value === undefined || isOfStack(name) ? [] : [[name, value]];
    }),
  );
  return await startContainers({
    parts,
    engine,
    images,
    alloyConfig: settings.alloyConfig,
    variables: {
      ...inherited,
      ...intervalVariables(settings.intervals),
      [SERIES_MARK.variable]: id,
      SERVICE_INSTANCE_ID: id,
      DLQ_CHECK_INTERVAL_SECONDS: String(settings.dlqCheckIntervalSeconds),
    },
    cloudVariables: (cloud) => exportVariables(cloud, variablesAt),
    environmentOf: (part, cloud) => {
      if (part === 'alloy') return { ...own, ...(cloud && trustVariables(cloud)) };
      if (part === 'cloud') return variablesAt('http://cloud');
      return serviceParts.some((service) => service === part) ? telemetryVariables(inherited) : {};
    },
    cloud: { environment: variablesAt, grpc },
    mayFail: ['alloy'],
  });
}

/** What the run itself tells Alloy of the stack, whatever the person's environment says. */
function isOfStack(name: string): boolean {
  return /^(GRAFANA_CLOUD|ALLOY|POSTGRES_EXPORTER|REDIS_EXPORTER|RABBITMQ_METRICS)_/.test(name);
}

/** The standard variables of telemetry that the person has set, for the services. */
function telemetryVariables(inherited: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(inherited).filter(([name]) => /^(OTEL|LOG)_/.test(name)));
}

/** How a configuration that exports over gRPC wants the backend to be: with TLS, unless it says that it has none. */
export function grpcOf(configuration: string): CloudGrpc {
  if (!/^\s*otelcol\.exporter\.otlp\s+"/m.test(configuration)) return 'none';
  return /^\s*insecure\s*=\s*true/m.test(configuration) ? 'clear text' : 'tls';
}

/** Where Alloy exports to. */
function exportVariables(
  cloud: CloudEndpoint,
  variablesAt: (origin: string) => Record<string, string>,
): Record<string, string> {
  const url = cloud.urlInside ?? cloud.url;
  return { ...aimedAtMock(variablesAt(url), url), ...trustVariables(cloud) };
}

/** The mock's gRPC, and what its certificate is trusted by: a real Alloy and the embedded engine take different variables. */
function trustVariables({ grpcAddress, certificate }: CloudEndpoint): Record<string, string> {
  return {
    ...(grpcAddress !== undefined && { GRAFANA_CLOUD_OTLP_GRPC_ENDPOINT: grpcAddress }),
    ...(certificate !== undefined && {
      SSL_CERT_FILE: certificate,
      GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: certificate,
    }),
  };
}

/** Where Alloy receives, and what it scrapes. */
function sourceVariables({ alloy, postgres, redis, rabbitmq }: PlannedEndpoints): Record<string, string> {
  const login = postgres && `${encodeURIComponent(postgres.user)}:${encodeURIComponent(postgres.password)}`;
  return {
    ...(alloy && {
      ALLOY_OTLP_GRPC_LISTEN: alloy.otlpGrpc,
      ALLOY_OTLP_HTTP_LISTEN: new URL(alloy.otlpHttp).host,
    }),
    ...(postgres && {
      POSTGRES_EXPORTER_DSN: `postgresql://${login}@${postgres.host}:${postgres.port}/${postgres.database}?sslmode=disable`,
    }),
    ...(redis && {
      REDIS_EXPORTER_ADDRESS: `${redis.host}:${redis.port}`,
      REDIS_EXPORTER_PASSWORD: redis.password,
    }),
    ...(rabbitmq && { RABBITMQ_METRICS_ADDRESS: new URL(rabbitmq.metricsUrl).host }),
  };
}
