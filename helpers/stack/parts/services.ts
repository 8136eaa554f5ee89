import { fileURLToPath } from 'node:url';
import type { PlannedEndpoints, ServicePart } from '../../run/stack.ts';
import { makePartDirectory, type PartContext, type PartPlan, processOf } from '../owned/part.ts';
import { baseEnvironment } from './base-environment.ts';
import { mustAnswer } from './http-probe.ts';

/** How the services of a run are set up. */
export type ServiceOptions = {
  /** Marks their telemetry: `service.instance.id`. */
  readonly instanceId: string;
  /** `DLQ_CHECK_INTERVAL_SECONDS` of the notification daemon. */
  readonly dlqCheckIntervalSeconds: number;
  /** `OTEL_*` variables of the person's, over those that the run sets. */
  readonly otelVariables: Readonly<Record<string, string>>;
};

/** Plans a service of the application: a process that talks to the run's databases and exports through its Alloy. */
export async function planService(
  part: ServicePart,
  context: PartContext,
  options: ServiceOptions,
  others: PlannedEndpoints,
): Promise<PartPlan> {
  const { run, ports } = context;
  const directory = await makePartDirectory(run, part);
  const [port, gatewayPort] = [await ports.next(), await ports.next()];
  const url = `http://127.0.0.1:${port}`;
  const command = {
    file: process.execPath,
    args: [fileURLToPath(new URL(`../../../fixtures/services/${part}/main.ts`, import.meta.url))],
    environment: {
      ...baseEnvironment(directory),
      ...connections(others),
      ...telemetry(options, others),
      [part === 'api' ? 'PORT' : 'HEALTH_PORT']: String(port),
      BOT_GATEWAY_PORT: String(gatewayPort),
      DLQ_CHECK_INTERVAL_SECONDS: String(options.dlqCheckIntervalSeconds),
    },
    cwd: directory,
  };
  return {
    part,
    title: part,
    endpoints: endpointsOf(part, url, `http://127.0.0.1:${gatewayPort}/dispatch`),
    prepare: async () => {},
    launch: processOf(part, command, context),
    probe: () => mustAnswer(`${url}/health`),
    version: async () => process.version,
    deadlineMs: 60_000,
    stopSignal: 'SIGTERM',
    outage: 'kill',
  };
}

function endpointsOf(part: ServicePart, url: string, gatewayUrl: string): PlannedEndpoints {
  switch (part) {
    case 'api':
      return { api: { url } };
    case 'bot':
      return { bot: { url, gatewayUrl } };
    case 'notification-daemon':
      return { notificationDaemon: { url } };
    case 'status-transition-daemon':
      return { statusTransitionDaemon: { url } };
  }
}

function connections({ postgres, redis, rabbitmq }: PlannedEndpoints): Record<string, string> {
  const { encodeURIComponent: encoded } = globalThis;
  return {
    ...(postgres && {
      BASE_DATABASE_URL: `postgresql://${encoded(postgres.user)}:${encoded(postgres.password)}@${postgres.host}:${postgres.port}/${postgres.database}`,
    }),
    ...(redis && { REDIS_URL: `redis://:${encoded(redis.password)}@${redis.host}:${redis.port}` }),
    ...(rabbitmq && {
      RABBITMQ_URL: `amqp://${encoded(rabbitmq.user)}:${encoded(rabbitmq.password)}@${rabbitmq.host}:${rabbitmq.port}`,
    }),
  };
}

/** A local run's intervals: spans and logs leave after 100 ms, metrics every 500 ms. */
function telemetry(options: ServiceOptions, { alloy }: PlannedEndpoints): Record<string, string> {
  return {
    ...(alloy && { OTEL_EXPORTER_OTLP_ENDPOINT: alloy.otlpHttp }),
    OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=${options.instanceId}`,
    OTEL_BSP_SCHEDULE_DELAY: '100',
    OTEL_BLRP_SCHEDULE_DELAY: '100',
    OTEL_METRIC_EXPORT_INTERVAL: '500',
    OTEL_METRIC_EXPORT_TIMEOUT: '400',
    ...options.otelVariables,
  };
}
