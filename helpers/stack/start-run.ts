import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { accessOf } from '../backend/client/access.ts';
import { aimedAtMock, intervalVariables, localCloudVariables } from '../settings/alloy-environment.ts';
import { madeUpToken } from '../settings/cloud.ts';
import type { Settings } from '../settings/settings.ts';
import type { AlloyProgram } from './alloy-program.ts';
import { CannotRun } from './cannot-run.ts';
import { type ChosenWorld, chooseWorld } from './chosen-world.ts';
import type { CloudGrpc } from './cloud.ts';
import { startContainers } from './containers.ts';
import { externalRun } from './external.ts';
import { fingerprintOf } from './fingerprint.ts';
import { readGivenEndpoints } from './given.ts';
import { startNative } from './native.ts';
import type { Run } from './run.ts';
import { type CloudEndpoint, type Part, type PlannedEndpoints, type Stack, serviceParts } from './stack.ts';
import { findWarmStack } from './warm.ts';
import { readWarmState, type WarmState } from './warm-state.ts';

/** The label and the variable of the mark on scraped series; `config.alloy` joins the two. */
const SERIES_MARK = { label: 'verify_run', variable: 'ALLOY_VERIFY_RUN_ID' };

/** The world that a run has chosen, before anything of it is started. */
export type World = Pick<Run, 'stack' | 'backend' | 'standIns'> & {
  readonly alloy: Pick<Run['alloy'], 'kind'>;
  /** Whether a warm stack is reused. */
  readonly warm: boolean;
};

/** A run that has begun: what the specs need to know of it, and its stack, where that is ours, with what it was made of. */
export type StartedRun = { readonly run: Run; readonly stack?: Stack; readonly made?: MadeOf };

/** What decides how a stack behaves: of an equal one a run can make the same use. */
export type MadeOf = Pick<WarmState, 'fingerprint' | 'images'>;

/** Whom a run tells of what it does, and whether it may take a warm stack. */
export type StartOptions = {
  readonly reuse?: boolean;
  /** The world that was chosen, told before anything of it is started. */
  readonly announce?: (world: World) => void;
  /** What takes time before that. */
  readonly say?: (line: string) => void;
};

/**
 * Starts the parts that a run needs, the mock Grafana Cloud and Alloy among them, or takes the warm stack that has them
 * where one fits (and `reuse` is not false). A warm stack's series keep the mark of its own start. An Alloy that does not
 * start is a finding of the criteria, not the end of the run. Throws {@link CannotRun} where the run can't be made.
 */
export async function startRun(
  settings: Settings,
  parts: readonly Part[],
  inherited: Readonly<Record<string, string>>,
  { reuse = true, announce = () => {}, say = () => {} }: StartOptions = {},
): Promise<StartedRun> {
  const startedAt = Date.now();
  if (settings.backend !== 'mock') {
    throw new CannotRun(`BACKEND=${settings.backend} is not built yet.`, 'leave BACKEND unset, or set it to mock.');
  }
  const id = randomBytes(6).toString('hex');
  const given = readGivenEndpoints(inherited);
  if (settings.stack === 'external') {
    announce({ stack: 'external', backend: settings.backend, alloy: { kind: 'external' }, warm: false });
    return { run: await externalRun(settings, given, id, startedAt) };
  }
  const { alloy: _, ...servers } = given;
  const own = parts.filter((part) => !(part in servers));
  const hasGiven = Object.keys(given).length > 0;
  const choice = { settings: asWarm(settings, reuse), environment: inherited, parts: own, hasGiven };
  const world = await chooseWorld(choice, say);
  const made = { fingerprint: fingerprintOf(settings, world, inherited), images: idsOf(world) };
  const warm = reuse && !hasGiven ? await findWarmStack(parts, made) : undefined;
  const isWarm = warm !== undefined && 'stack' in warm;
  announce({ ...toldOf(world), backend: settings.backend, warm: isWarm });
  if (isWarm) {
    return { run: { ...warm.run, id, startedAt, timings: warm.stack.timings }, stack: warm.stack };
  }
  if (warm !== undefined) process.stderr.write(`The warm stack is left alone: ${warm.unused}.\n`);
  const configuration = readFileSync(settings.alloyConfig, 'utf8');
  const marksSeries = configuration.includes(SERIES_MARK.variable);
  const token = settings.cloud.GRAFANA_CLOUD_API_KEY ?? madeUpToken();
  const variablesAt = (origin: string) =>
    localCloudVariables({ ...settings.cloud, GRAFANA_CLOUD_API_KEY: token }, origin);

  const asked = { settings, inherited, variablesAt, id, grpc: grpcOf(configuration) };
  const stack =
    world.stack === 'native'
      ? await nativeStack(asked, world.program, own, servers)
      : await containerStack(asked, world, own, configuration);
  const { alloy, cloud, ...others } = stack.endpoints;
  if (alloy === undefined || cloud === undefined) throw new TypeError('a run needs alloy and cloud among its parts');
  const variables = variablesAt(cloud.urlInside ?? cloud.url);
  const { standIns } = toldOf(world);
  const run: Run = {
    id,
    startedAt,
    stack: world.stack,
    backend: settings.backend,
    alloy,
    ...(standIns !== undefined && { standIns }),
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
  return { run, stack, made };
}

/** A stack that is warm has been chosen already, unless the person chooses otherwise. */
function asWarm(settings: Settings, reuse: boolean): Settings {
  const warm = reuse ? readWarmState()?.run.stack : undefined;
  return warm === undefined ? settings : { ...settings, stack: settings.stack ?? warm };
}

function idsOf(world: ChosenWorld): Record<string, string> {
  return world.stack === 'native' ? {} : Object.fromEntries([...world.images].map(([name, { id }]) => [name, id]));
}

/** What a person is told of a world: which stack, which engine, and which images are not the published ones. */
function toldOf(world: ChosenWorld): Pick<World, 'stack' | 'alloy' | 'standIns'> {
  if (world.stack === 'native') return { stack: 'native', alloy: { kind: world.program.kind } };
  const images = [...world.images.values()];
  const standIns = [...new Set(images.flatMap(({ standIn, wanted }) => (standIn === undefined ? [] : [wanted])))];
  const engine = world.images.get('grafana-alloy')?.engine;
  return {
    stack: 'containers',
    alloy: { kind: engine === 'embedded' ? 'embedded' : 'container' },
    ...(standIns.length > 0 && { standIns }),
  };
}

/** What both kinds of stack are started for. */
type Asked = {
  readonly settings: Settings;
  readonly inherited: Readonly<Record<string, string>>;
  /** The `GRAFANA_CLOUD_*` variables of a stack whose mock is at this origin. */
  readonly variablesAt: (origin: string) => Record<string, string>;
  readonly id: string;
  readonly grpc: CloudGrpc;
};

async function nativeStack(
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

async function containerStack(
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
function grpcOf(configuration: string): CloudGrpc {
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
