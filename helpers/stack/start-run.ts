import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { accessOf } from '../backend/client/access.ts';
import { aimedAtMock, intervalVariables, localCloudVariables } from '../settings/alloy-environment.ts';
import { madeUpToken } from '../settings/cloud.ts';
import type { Settings } from '../settings/settings.ts';
import { chooseAlloy } from './alloy-program.ts';
import { CannotRun } from './cannot-run.ts';
import type { CloudGrpc } from './cloud.ts';
import { externalRun } from './external.ts';
import { fingerprintOf } from './fingerprint.ts';
import { readGivenEndpoints } from './given.ts';
import { startNative } from './native.ts';
import type { Run } from './run.ts';
import type { Part, PlannedEndpoints, Stack } from './stack.ts';
import { findWarmStack } from './warm.ts';

/** The label and the variable of the mark on scraped series; `config.alloy` joins the two. */
const SERIES_MARK = { label: 'verify_run', variable: 'ALLOY_VERIFY_RUN_ID' };

/** The world that a run has chosen, before anything of it is started. */
export type World = Pick<Run, 'stack' | 'backend'> & {
  readonly alloy: Pick<Run['alloy'], 'kind'>;
  /** Whether a warm stack is reused. */
  readonly warm: boolean;
};

/** A run that has begun: what the specs need to know of it, and its stack, where that is ours. */
export type StartedRun = { readonly run: Run; readonly stack?: Stack };

/**
 * Starts the parts that a run needs, the mock Grafana Cloud and Alloy among them, or takes the warm stack that has them
 * where one fits (and `reuse` is not false); tells the choice to `announce` before it starts anything. A warm stack's series keep the mark of its own start. An Alloy that does not start is a finding
 * of the criteria, not the end of the run. Throws {@link CannotRun} where the run can't be made.
 */
export async function startRun(
  settings: Settings,
  parts: readonly Part[],
  inherited: Readonly<Record<string, string>>,
  { reuse = true, announce = () => {} }: { readonly reuse?: boolean; readonly announce?: (world: World) => void } = {},
): Promise<StartedRun> {
  const startedAt = Date.now();
  if (settings.stack === 'containers') {
    throw new CannotRun('STACK=containers is not built yet.', 'leave STACK unset, or set it to native.');
  }
  if (settings.backend !== 'mock') {
    throw new CannotRun(`BACKEND=${settings.backend} is not built yet.`, 'leave BACKEND unset, or set it to mock.');
  }
  const id = randomBytes(6).toString('hex');
  const given = readGivenEndpoints(inherited);
  if (settings.stack === 'external') {
    announce({ stack: 'external', backend: settings.backend, alloy: { kind: 'external' }, warm: false });
    return { run: await externalRun(settings, given, id, startedAt) };
  }
  const program = chooseAlloy(settings.alloy, settings.alloyBinary);
  const warm =
    reuse && Object.keys(given).length === 0
      ? await findWarmStack(parts, fingerprintOf(settings, program, inherited))
      : undefined;
  const isWarm = warm !== undefined && 'stack' in warm;
  announce({ stack: 'native', backend: settings.backend, alloy: { kind: program.kind }, warm: isWarm });
  if (isWarm) {
    return { run: { ...warm.run, id, startedAt, timings: warm.stack.timings }, stack: warm.stack };
  }
  if (warm !== undefined) process.stderr.write(`The warm stack is left alone: ${warm.unused}.\n`);
  const configuration = readFileSync(settings.alloyConfig, 'utf8');
  const marksSeries = configuration.includes(SERIES_MARK.variable);
  const token = settings.cloud.GRAFANA_CLOUD_API_KEY ?? madeUpToken();
  const variablesAt = (origin: string) =>
    localCloudVariables({ ...settings.cloud, GRAFANA_CLOUD_API_KEY: token }, origin);

  const { alloy: _, ...servers } = given;
  const stack = await startNative({
    parts: parts.filter((part) => !(part in servers)),
    given: servers,
    alloy: {
      program,
      config: settings.alloyConfig,
      environment: (endpoints) => ({ ...inherited, ...alloyEnvironment(settings, endpoints, variablesAt, id) }),
    },
    services: {
      instanceId: id,
      dlqCheckIntervalSeconds: settings.dlqCheckIntervalSeconds,
      otelVariables: Object.fromEntries(Object.entries(inherited).filter(([name]) => /^(OTEL|LOG)_/.test(name))),
    },
    cloudEnvironment: variablesAt,
    cloudGrpc: grpcOf(configuration),
    mayFail: ['alloy'],
  });
  const { alloy, cloud, ...others } = stack.endpoints;
  if (alloy === undefined || cloud === undefined) throw new TypeError('a run needs alloy and cloud among its parts');
  const variables = variablesAt(cloud.url);
  const run: Run = {
    id,
    startedAt,
    stack: stack.kind,
    backend: settings.backend,
    alloy,
    ...others,
    ...('api' in given || 'bot' in given ? {} : { servicesInstanceId: id }),
    dlqCheckInterval: settings.dlqCheckIntervalSeconds,
    variables,
    access: accessOf(aimedAtMock(variables, cloud.url)),
    mockUrl: cloud.url,
    intervals: settings.intervals,
    ...(marksSeries && { seriesMark: { [SERIES_MARK.label]: id } }),
    seriesWindow: 300,
    ...(stack.controlSocket !== undefined && { controlSocket: stack.controlSocket }),
    timings: stack.timings,
  };
  return { run, stack };
}

/** How a configuration that exports over gRPC wants the backend to be: with TLS, unless it says that it has none. */
function grpcOf(configuration: string): CloudGrpc {
  if (!/^\s*otelcol\.exporter\.otlp\s+"/m.test(configuration)) return 'none';
  return /^\s*insecure\s*=\s*true/m.test(configuration) ? 'clear text' : 'tls';
}

function alloyEnvironment(
  settings: Settings,
  { alloy, cloud, postgres, redis, rabbitmq }: PlannedEndpoints,
  variablesAt: (origin: string) => Record<string, string>,
  runId: string,
): Record<string, string> {
  const login = postgres && `${encodeURIComponent(postgres.user)}:${encodeURIComponent(postgres.password)}`;
  return {
    ...intervalVariables(settings.intervals),
    ...(cloud && aimedAtMock(variablesAt(cloud.url), cloud.url)),
    ...(cloud?.grpcAddress !== undefined && { GRAFANA_CLOUD_OTLP_GRPC_ENDPOINT: cloud.grpcAddress }),
    // A real Alloy and the embedded engine take what they trust from different variables.
    ...(cloud?.certificate !== undefined && {
      SSL_CERT_FILE: cloud.certificate,
      GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: cloud.certificate,
    }),
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
    [SERIES_MARK.variable]: runId,
  };
}
