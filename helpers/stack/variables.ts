/** The environment variables of the parts of a stack. */
import type { Endpoints, MockCloudEndpoint } from '../run/endpoints.ts';
import { aimAtMock, listIntervalVariables } from '../settings/alloy-environment.ts';
import { SERIES_MARK } from './configuration.ts';
import type { StackRequest } from './plan.ts';

type Variables = Record<string, string>;

/** What `config.alloy` reads, for an Alloy among these endpoints; they override the person's environment. */
export function listAlloyVariables(request: StackRequest, { mockCloud, ...others }: Endpoints): Variables {
  return {
    ...request.plan.settings.inherited.extend(),
    ...listRunVariables(request),
    ...(mockCloud && listExportVariables(request, mockCloud)),
    ...listSourceVariables(others),
  };
}

/** The intervals of the run, and the mark of its series. */
export function listRunVariables({ plan: { settings }, runId }: StackRequest): Variables {
  return { ...listIntervalVariables(settings.intervals), [SERIES_MARK.variable]: runId };
}

/** Where Alloy exports to. */
export function listExportVariables({ cloudVariables }: StackRequest, cloud: MockCloudEndpoint): Variables {
  const url = cloud.urlInside ?? cloud.url;
  return { ...aimAtMock(cloudVariables(url), url), ...listTrustVariables(cloud) };
}

/** The mock cloud's gRPC, and what its certificate is trusted by: a real Alloy and the embedded one read different variables. */
export function listTrustVariables({ grpcAddress, certificate }: MockCloudEndpoint): Variables {
  return {
    ...(grpcAddress !== undefined && { GRAFANA_CLOUD_OTLP_GRPC_ENDPOINT: grpcAddress }),
    ...(certificate !== undefined && {
      SSL_CERT_FILE: certificate,
      GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: certificate,
    }),
  };
}

/** Whether a variable describes the stack: the run itself sets those, whatever the person has set. */
export function isStackVariable(name: string): boolean {
  return /^(GRAFANA_CLOUD|ALLOY|POSTGRES_EXPORTER|REDIS_EXPORTER|RABBITMQ_METRICS)_/.test(name);
}

/** Where Alloy receives, and what it scrapes. */
function listSourceVariables({ alloy, postgres, redis, rabbitmq }: Endpoints): Variables {
  return {
    ...(alloy && {
      ALLOY_OTLP_GRPC_LISTEN: alloy.otlpGrpc,
      ALLOY_OTLP_HTTP_LISTEN: new URL(alloy.otlpHttp).host,
    }),
    ...(postgres && {
      POSTGRES_EXPORTER_DSN: `postgresql://${formatAuthority(postgres)}/${postgres.database}?sslmode=disable`,
    }),
    ...(redis && {
      REDIS_EXPORTER_ADDRESS: formatAddress(redis),
      REDIS_EXPORTER_PASSWORD: redis.password,
    }),
    ...(rabbitmq && { RABBITMQ_METRICS_ADDRESS: new URL(rabbitmq.metricsUrl).host }),
  };
}

/** The part of a URL that names a server, `USER:PASSWORD@HOST:PORT`. */
export function formatAuthority(server: Address & { readonly user: string; readonly password: string }): string {
  return `${encodeURIComponent(server.user)}:${encodeURIComponent(server.password)}@${formatAddress(server)}`;
}

type Address = { readonly host: string; readonly port: number };

/** `HOST:PORT`, with an IPv6 address in brackets. */
function formatAddress({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
