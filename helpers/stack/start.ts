import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readCloudAccess } from '../clients/access.ts';
import { findSetting, type GraphComponent, readGraph, readPairs } from '../clients/alloy-graph.ts';
import { readIntervals } from '../clients/alloy-intervals.ts';
import { readCounters } from '../clients/alloy-metrics.ts';
import type { BackendAccess } from '../run/endpoints.ts';
import { isServicePart, type Part } from '../run/part.ts';
import type { AlloyEndpoint, Run, RunDescription } from '../run/run.ts';
import type { Stack } from '../run/stack.ts';
import { aimAtMock, completeCloudVariables, listMadeUpVariables } from '../settings/alloy-environment.ts';
import { CLOUD_VARIABLES, makeToken } from '../settings/cloud.ts';
import { describeServiceTelemetry } from '../settings/service-telemetry.ts';
import type { Settings } from '../settings/settings.ts';
import { describeUnusedVariables } from '../settings/unused-variables.ts';
import { describePlan } from './choose.ts';
import { SERIES_MARK } from './configuration.ts';
import { pullImages } from './containers/container-images.ts';
import { startContainers } from './containers/containers.ts';
import { startNative } from './native/native.ts';
import { readAlloyVersion } from './parts/alloy.ts';
import type { ExternalPlan, StackPlan } from './plan.ts';
import { findWarmStack, takeWarmStack, type WarmFinding } from './warm/warm.ts';
import { readWarmState } from './warm/warm-state.ts';

/** A run that has begun: its plan with all images found, what the specs need to know, and its stack, where that is ours. */
export type StartedRun = { readonly plan: StackPlan; readonly run: Run; readonly stack?: Stack };

/** Whom a run reports to while it starts. */
export type StartListener = {
  /** Called with what is going to run, before anything of it is started. */
  readonly onDescription?: (description: RunDescription) => void;
  /** Called with what takes time, as a line. */
  readonly onProgress?: (line: string) => void;
};

/**
 * Starts the parts of a plan, the mock cloud and Alloy among them, or takes the warm stack where one fits and `reuse` is
 * not false. A warm stack's series keep the mark of its own start. An Alloy that does not start is a finding of the
 * criteria, not the end of the run. Throws `CannotRun` where the run can't be made.
 */
export async function startRun(
  chosen: StackPlan,
  { onDescription = () => {}, onProgress = () => {} }: StartListener = {},
  { reuse = true }: { readonly reuse?: boolean } = {},
): Promise<StartedRun> {
  const startedAt = Date.now();
  const id = makeRunId();
  const describe = (plan: StackPlan, warm: boolean) => {
    onDescription({ ...describePlan(plan), warm });
    const { stack, backend, needs } = plan;
    const kind = { stack, backend, needs, hasGateway: plan.gateway !== undefined };
    const startsServices = plan.stack !== 'external' && plan.parts.some(isServicePart);
    const ofServices = startsServices ? describeServiceTelemetry(plan.settings.telemetry) : [];
    for (const line of [...describeUnusedVariables(plan.settings, kind), ...ofServices]) onProgress(line);
  };
  if (chosen.stack === 'external') {
    describe(chosen, false);
    return { plan: chosen, run: await connectExternal(chosen, id, startedAt) };
  }
  const plan = chosen.stack === 'containers' ? await pullImages(chosen, onProgress) : chosen;
  const mayReuse = reuse && Object.keys(plan.existing).length === 0;
  const warm = mayReuse ? await findWarmStack(plan) : undefined;
  describe(plan, warm !== undefined && 'stack' in warm);
  if (warm !== undefined && 'stack' in warm) {
    return { plan, ...(await beginAgain(warm, id, startedAt)) };
  }
  if (warm !== undefined) onProgress(`The warm stack is not used: ${warm.unused.replace(/\.$/, '')}.`);

  const { settings, configuration, existing } = plan;
  const token = makeToken();
  const cloudVariables = (origin: string) => completeCloudVariables(settings.cloud, origin, token);
  const stack =
    plan.stack === 'native'
      ? await startNative({ plan, runId: id, cloudVariables })
      : await startContainers({ plan, runId: id, cloudVariables });
  const { alloy: _, mockCloud, lgtm, ...others } = stack.endpoints;
  if (stack.alloy === undefined) throw new TypeError('a run has an Alloy');
  const variables =
    mockCloud === undefined ? readSetVariables(plan) : cloudVariables(mockCloud.urlInside ?? mockCloud.url);
  const access =
    plan.access ?? (lgtm && pickAccess(lgtm)) ?? (mockCloud && readCloudAccess(aimAtMock(variables, mockCloud.url)));
  if (access === undefined) throw new TypeError('a run has a backend');
  const { standIns } = describePlan(plan);
  const run: Run = {
    ...describeSettings(plan, id, startedAt),
    stack: plan.stack,
    alloy: stack.alloy,
    ...(standIns !== undefined && { standIns }),
    ...others,
    ...('api' in existing || 'bot' in existing ? {} : { servicesInstanceId: id }),
    serviceLogs: listServiceLogs(plan.parts, stack.logs),
    variables,
    madeUpVariables: mockCloud === undefined ? [] : listMadeUpVariables(settings.cloud),
    access,
    ...(plan.backend === 'mock' && mockCloud !== undefined && { mockUrl: mockCloud.url }),
    ...(configuration.marksSeries && { seriesMark: { [SERIES_MARK.label]: id } }),
    controlSocket: stack.controlSocket,
    ...(stack.failures.postgres !== undefined && { incomplete: { postgres: stack.failures.postgres } }),
    timings: stack.timings,
  };
  return { plan, run, stack };
}

/**
 * A run on the warm stack of this checkout as it is, whatever the settings and the code are by now: for one that only looks.
 * Returns undefined where there is none, and why not where another run has it.
 */
export async function joinWarmStack(): Promise<Joined | { readonly unused: string } | undefined> {
  const state = readWarmState();
  const warm = state && (await takeWarmStack(state, []));
  if (warm === undefined || 'unused' in warm) return warm;
  return await beginAgain(warm, makeRunId(), Date.now());
}

/** A run without the plan of its stack, which a warm one does not have. */
export type Joined = Pick<StartedRun, 'run' | 'stack'>;

/** The same with the settings of this process. */
export type JoinedRun = Joined & { readonly settings: Settings };

async function beginAgain(
  { run, stack }: Extract<WarmFinding, { readonly run: Run }>,
  id: string,
  startedAt: number,
): Promise<Joined> {
  const { alloyBefore: _, ...others } = run;
  return { run: { ...others, ...(await readBefore(run)), id, startedAt, timings: stack.timings }, stack };
}

/** What an Alloy that runs already has counted by now; nothing is known of one that gives no answer. */
async function readBefore({
  alloy,
}: {
  readonly alloy: Pick<AlloyEndpoint, 'url'>;
}): Promise<Pick<Run, 'alloyBefore'>> {
  const alloyBefore = await readCounters(alloy).catch(() => undefined);
  return alloyBefore === undefined ? {} : { alloyBefore };
}

function listServiceLogs(parts: readonly Part[], directory: string): NonNullable<Run['serviceLogs']> {
  return Object.fromEntries(parts.filter(isServicePart).map((part) => [part, join(directory, `${part}.log`)]));
}

function makeRunId(): string {
  return randomBytes(6).toString('hex');
}

function pickAccess({ tempo, prometheus, loki }: BackendAccess): BackendAccess {
  return { tempo, prometheus, loki };
}

/** A run against a stack that already runs: nothing is started, stopped or taken away. */
async function connectExternal(plan: ExternalPlan, id: string, startedAt: number): Promise<Run> {
  const { settings, existing, backend, access } = plan;
  const { alloy, mockCloud: _, ...servers } = existing;
  if (alloy === undefined) throw new TypeError('the plan of an external stack has an Alloy');
  const endpoint: AlloyEndpoint = {
    ...alloy,
    kind: 'external',
    version: await readAlloyVersion(alloy.url).catch(() => 'unknown'),
    config: settings.alloyConfig,
    // Its configuration is a file of this machine, and so is the program that is asked about it.
    command: plan.alloy.command,
    isCommandEmbedded: plan.alloy.kind === 'embedded',
  };
  const evaluated = await readIntervals(alloy);
  // What Alloy itself says comes before what a variable of this machine says.
  const intervals = { ...settings.intervals, ...evaluated };
  return {
    ...describeSettings(plan, id, startedAt),
    intervals,
    // Without a mark of the run, a series of two scrapes ago may be of a configuration that is gone.
    seriesWindow: Math.ceil((2 * intervals.scrape) / 1000 + 10),
    stack: 'external',
    alloy: endpoint,
    ...(await readBefore({ alloy })),
    ...(await readSeriesLabels(alloy)),
    ...servers,
    variables: readSetVariables(plan),
    madeUpVariables: [],
    access,
    ...(backend === 'mock' && { mockUrl: new URL(access.prometheus.url).origin }),
    timings: {},
  };
}

/** The mark with which this Alloy writes: mostly none, so that what a run beside this one has marked is not taken for its. */
async function readSeriesLabels(alloy: Pick<AlloyEndpoint, 'url'>): Promise<Pick<Run, 'seriesLabels'>> {
  const graph = await readGraph(alloy).catch((): GraphComponent[] => []);
  const writers = graph.filter(({ name, settings }) => name === 'prometheus.remote_write' && settings !== undefined);
  const marks = writers.map(
    ({ settings }) => readPairs(findSetting(settings, 'external_labels')?.value)[SERIES_MARK.label] ?? '',
  );
  const [mark, ...others] = new Set(marks);
  return mark === undefined || others.length > 0 ? {} : { seriesLabels: { [SERIES_MARK.label]: mark } };
}

/** The `GRAFANA_CLOUD_*` variables as the person set them. */
function readSetVariables({ settings: { cloud } }: StackPlan): Record<string, string> {
  return Object.fromEntries(CLOUD_VARIABLES.map((name) => [name, cloud[name] ?? '']));
}

function describeSettings({ settings, backend, grafana }: StackPlan, id: string, startedAt: number) {
  const { intervals, dlqCheckIntervalSeconds } = settings;
  return {
    id,
    startedAt,
    backend,
    intervals,
    dlqCheckInterval: dlqCheckIntervalSeconds,
    seriesWindow: 300,
    ...(grafana && { grafana }),
  };
}
