import { fileURLToPath } from 'node:url';
import type { Endpoints } from '../../run/endpoints.ts';
import type { ServicePart } from '../../run/part.ts';
import { listServiceIntervals } from '../../settings/alloy-environment.ts';
import { listServiceTelemetry } from '../../settings/service-telemetry.ts';
import { launchProcess, makePartDirectory, type PartContext, type PartPlan } from '../owned/part.ts';
import type { StackRequest } from '../plan.ts';
import { formatAuthority } from '../variables.ts';
import { baseEnvironment } from './base-environment.ts';
import { mustAnswer } from './http-probe.ts';

const programs: Readonly<Record<ServicePart, URL>> = {
  api: new URL('../../../fixtures/services/api/main.ts', import.meta.url),
  bot: new URL('../../../fixtures/services/bot/main.ts', import.meta.url),
  'notification-daemon': new URL('../../../fixtures/services/notification-daemon/main.ts', import.meta.url),
  'status-transition-daemon': new URL('../../../fixtures/services/status-transition-daemon/main.ts', import.meta.url),
};

/** Plans a service of the application: a process that talks to the run's databases and exports through its Alloy. */
export async function planService(part: ServicePart, context: PartContext, others: Endpoints): Promise<PartPlan> {
  const { request, run, ports } = context;
  const { settings } = request.plan;
  const directory = await makePartDirectory(run, part);
  const [port, gatewayPort] = [await ports.next(), await ports.next()];
  const url = `http://127.0.0.1:${port}`;
  const command = {
    file: process.execPath,
    args: [fileURLToPath(programs[part])],
    environment: {
      ...baseEnvironment(settings, directory),
      ...listConnections(others),
      ...listTelemetry(request, others),
      [part === 'api' ? 'PORT' : 'HEALTH_PORT']: String(port),
      BOT_GATEWAY_PORT: String(gatewayPort),
      DLQ_CHECK_INTERVAL_SECONDS: String(settings.dlqCheckIntervalSeconds),
    },
    cwd: directory,
  };
  return {
    part,
    title: part,
    endpoints: buildEndpoints(part, url, `http://127.0.0.1:${gatewayPort}/dispatch`),
    prepare: async () => {},
    launch: launchProcess(part, command, context),
    probe: () => mustAnswer(`${url}/health`),
    version: async () => process.version,
    deadlineMs: 60_000,
    stopSignal: 'SIGTERM',
    outage: 'kill',
  };
}

function buildEndpoints(part: ServicePart, url: string, gatewayUrl: string): Endpoints {
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

function listConnections({ postgres, redis, rabbitmq }: Endpoints): Record<string, string> {
  return {
    ...(postgres && { BASE_DATABASE_URL: `postgresql://${formatAuthority(postgres)}/${postgres.database}` }),
    ...(redis && { REDIS_URL: `redis://${formatAuthority({ user: '', ...redis })}` }),
    ...(rabbitmq && { RABBITMQ_URL: `amqp://${formatAuthority(rabbitmq)}` }),
  };
}

/** Spans and logs leave after 100 ms, and metrics as often as the run's intervals say. */
function listTelemetry({ plan, runId }: StackRequest, { alloy }: Endpoints): Record<string, string> {
  return {
    ...(alloy && { OTEL_EXPORTER_OTLP_ENDPOINT: alloy.otlpHttp }),
    OTEL_BSP_SCHEDULE_DELAY: '100',
    OTEL_BLRP_SCHEDULE_DELAY: '100',
    ...listServiceIntervals(plan.settings.intervals),
    // The person's come last: they win.
    ...listServiceTelemetry(plan.settings.telemetry, runId),
  };
}
