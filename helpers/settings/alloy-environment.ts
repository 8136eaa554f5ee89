import type { CloudService, CloudVariables } from './cloud.ts';
import { CLOUD_PATHS, CLOUD_SERVICES, CLOUD_VARIABLES, LOCAL_INSTANCE_IDS, makeToken } from './cloud.ts';
import type { Intervals } from './settings.ts';

/**
 * The `GRAFANA_CLOUD_*` variables of a run against the mock at `origin` (`http://127.0.0.1:PORT`). What the person set stays,
 * so that it is checked as it is. What is unset is made up, unless {@link describesStack}: then it is empty, as Alloy would
 * have it.
 */
export function completeCloudVariables(
  cloud: CloudVariables,
  origin: string,
  token: string = makeToken(),
): Record<string, string> {
  const made: Record<string, string> = { GRAFANA_CLOUD_API_KEY: token };
  for (const service of CLOUD_SERVICES) {
    made[`GRAFANA_CLOUD_${service}_ENDPOINT`] = `${origin}${CLOUD_PATHS[service]}`;
    made[`GRAFANA_CLOUD_${service}_INSTANCE_ID`] = LOCAL_INSTANCE_IDS[service];
  }
  const missing = describesStack(cloud) ? () => '' : (name: string) => made[name] ?? '';
  return Object.fromEntries(CLOUD_VARIABLES.map((name) => [name, cloud[name] ?? missing(name)]));
}

/** The names of the variables that {@link completeCloudVariables} makes up. */
export function listMadeUpVariables(cloud: CloudVariables): string[] {
  return describesStack(cloud) ? [] : CLOUD_VARIABLES.filter((name) => cloud[name] === undefined);
}

/**
 * Whether these variables describe a stack of Grafana Cloud: they say where it is and how to log in. A variable that is
 * missing from them is a mistake. An ID or an endpoint alone is tried out on the stack that a run makes up.
 */
function describesStack(cloud: CloudVariables): boolean {
  const isSet = (pattern: RegExp) => CLOUD_VARIABLES.some((name) => pattern.test(name) && cloud[name]);
  return isSet(/_ENDPOINT$/) && isSet(/_API_KEY$|_INSTANCE_ID$/);
}

/** The same variables with every endpoint moved to the mock: host and scheme change, the path stays as it was set. */
export function aimAtMock(variables: Readonly<Record<string, string>>, origin: string): Record<string, string> {
  const aimed = { ...variables };
  for (const service of CLOUD_SERVICES) {
    const name: `GRAFANA_CLOUD_${CloudService}_ENDPOINT` = `GRAFANA_CLOUD_${service}_ENDPOINT`;
    const set = variables[name] ?? '';
    if (URL.canParse(set)) aimed[name] = origin + new URL(set).pathname;
  }
  return aimed;
}

/** The variables that the shipped configurations read. */
export const CONFIGURATION_VARIABLES: readonly string[] = [
  ...CLOUD_VARIABLES,
  'GRAFANA_CLOUD_OTLP_GRPC_ENDPOINT',
  'ALLOY_LOG_LEVEL',
  'ALLOY_OTLP_GRPC_LISTEN',
  'ALLOY_OTLP_HTTP_LISTEN',
  'ALLOY_OTLP_BATCH_TIMEOUT',
  'ALLOY_SCRAPE_INTERVAL',
  'ALLOY_SCRAPE_TIMEOUT',
  'ALLOY_REMOTE_WRITE_DEADLINE',
  'ALLOY_VERIFY_RUN_ID',
  'POSTGRES_EXPORTER_DSN',
  'REDIS_EXPORTER_ADDRESS',
  'REDIS_EXPORTER_PASSWORD',
  'RABBITMQ_METRICS_ADDRESS',
];

/** What the services read of a run's intervals, by OpenTelemetry's variables. An export that takes longer than its interval is given up. */
export function listServiceIntervals({ metricExport }: Intervals): Record<string, string> {
  return {
    OTEL_METRIC_EXPORT_INTERVAL: String(Math.round(metricExport)),
    OTEL_METRIC_EXPORT_TIMEOUT: String(Math.round(Math.min(0.8 * metricExport, 30_000))),
  };
}

/** What `config.alloy` reads of a run's intervals, by variable. */
export function listIntervalVariables(intervals: Intervals): Record<string, string> {
  const ms = (value: number) => `${Math.round(value)}ms`;
  return {
    ALLOY_SCRAPE_INTERVAL: ms(intervals.scrape),
    ALLOY_SCRAPE_TIMEOUT: ms(intervals.scrapeTimeout),
    ALLOY_OTLP_BATCH_TIMEOUT: ms(intervals.otlpBatch),
    ALLOY_REMOTE_WRITE_DEADLINE: ms(intervals.remoteWriteDeadline),
  };
}
