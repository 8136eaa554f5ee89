import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readBackendAccess } from '../clients/access.ts';
import { CannotRun } from '../run/cannot-run.ts';
import type { Run } from '../run/run.ts';
import type { Part, Stack } from '../run/stack.ts';
import { aimedAtMock, localCloudVariables } from '../settings/alloy-environment.ts';
import { madeUpToken } from '../settings/cloud.ts';
import type { Settings } from '../settings/settings.ts';
import { type ChosenWorld, chooseWorld } from './choose.ts';
import { readGivenEndpoints } from './existing-endpoints.ts';
import { externalRun } from './external.ts';
import { containerStack, grpcOf, nativeStack, SERIES_MARK } from './stack-of-run.ts';
import { fingerprintOf } from './warm/fingerprint.ts';
import { findWarmStack } from './warm/warm.ts';
import { readWarmState, type WarmState } from './warm/warm-state.ts';

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
    access: readBackendAccess(aimedAtMock(variables, cloud.url)),
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
