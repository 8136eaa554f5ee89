import { fileURLToPath } from 'node:url';
import type { FoundImage } from '../../images/resolve.ts';
import { CannotRun } from '../../run/cannot-run.ts';
import {
  type CloudEndpoint,
  type Endpoints,
  type Part,
  type PlannedEndpoints,
  type Stack,
  serviceParts,
} from '../../run/stack.ts';
import { ownStack } from '../owned/owned-stack.ts';
import type { PartContext, PartPlan } from '../owned/part.ts';
import type { RunDirectory } from '../owned/run-directory.ts';
import { logPathOf, type StartedParts, startParts } from '../owned/start-parts.ts';
import { type CloudOptions, planCloud } from '../parts/mock-cloud.ts';
import { makePassword } from '../parts/secret.ts';
import type { ServiceName } from './container-images.ts';
import { createContainer, restartContainer } from './container-process.ts';
import { type EngineWorld, gatewayOfNetwork } from './engine-world.ts';
import { labelsOf, removeRun, sweepEngine } from './labels.ts';
import { partContainer } from './part-container.ts';
import { type ContainerPlan, planContainer } from './plan.ts';
import { reaperLabels } from './reaper.ts';

/** What a stack of containers is made of. */
export type ContainersOptions = {
  /** The parts to start; no others are. */
  readonly parts: readonly Part[];
  readonly engine: EngineWorld;
  /** The images of the services that these parts are. */
  readonly images: ReadonlyMap<ServiceName, FoundImage>;
  /** The configuration's path, absolute. */
  readonly alloyConfig: string;
  /** The variables of `docker-compose.test.yml`, but for ports and passwords, which are made up. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The same, as far as they come from the mock Grafana Cloud: where Alloy exports to. */
  readonly cloudVariables: (cloud: CloudEndpoint) => Readonly<Record<string, string>>;
  /** What goes into the environment of a part beside what the compose file says. */
  readonly environmentOf: (part: Part, cloud: CloudEndpoint | undefined) => Readonly<Record<string, string>>;
  /** The environment of the mock at `url`, and how it takes OTLP over gRPC. */
  readonly cloud: Pick<CloudOptions, 'environment' | 'grpc'>;
  /** Parts whose failure to start is a finding of the run rather than its end: it is then in `failures`. */
  readonly mayFail?: readonly Part[];
};

/**
 * Alloy is told the mock's address when it is created. Its first samples are to come within seconds of its start, which the
 * four services, when they start at the same time, would have it spend waiting for a processor.
 */
const waitsFor: Readonly<Partial<Record<Part, Part>>> = {
  alloy: 'cloud',
  ...Object.fromEntries(serviceParts.map((part) => [part, 'alloy'])),
};

const exec = fileURLToPath(new URL('exec.ts', import.meta.url));

/**
 * Starts the parts side by side, Alloy first, as containers of one network, in which they have the names of the compose
 * file; the mock Grafana Cloud is a process of this machine that they reach through the host gateway or, where the engine
 * is elsewhere, a container beside them. Returns when all are ready. Throws `CannotRun`, and leaves nothing, where one of
 * them can't be started.
 */
export async function startContainers(options: ContainersOptions): Promise<Stack> {
  const { engine: world } = options;
  const { docker } = world;
  if (!world.isLocal && options.cloud.grpc !== 'none') {
    throw new CannotRun(
      'the configuration exports over gRPC, and the mock Grafana Cloud takes that only where the engine is on this machine.',
      'run with STACK=native, or with an engine of this machine.',
    );
  }
  const passwords = { postgres: makePassword(), redis: makePassword(), rabbitmq: makePassword() };
  const ids = new Map<Part, string>();
  // What the engine was asked to make it goes on making, whoever has gone: the end waits for that.
  const making = new Set<Promise<unknown>>();
  let over = false;
  let removal = async () => {};
  const launching = async <T>(make: () => Promise<T>): Promise<T> => {
    if (over) throw new Error('the run is over');
    const made = make();
    making.add(made);
    return await made.finally(() => making.delete(made));
  };

  const start = async (run: RunDirectory, ports: PartContext['ports']): Promise<StartedParts> => {
    const sweep = sweepEngine(docker).catch(() => []);
    run.inEngine(true);
    removal = async () => {
      over = true;
      await Promise.allSettled(making);
      // What can't be removed now, the watchdog tries again, and the next run.
      if (await removeAll(docker, run.name).catch(() => false)) run.inEngine(false);
      await sweep;
    };
    const labels = { ...labelsOf(run.name), ...(await launching(() => reaperLabels(docker))) };
    const network = await launching(() =>
      docker.createNetwork({ Name: run.name, Driver: 'bridge', CheckDuplicate: true, Labels: labels }),
    );
    const gateway = world.isLocal ? await gatewayOfNetwork(docker, network.id) : undefined;

    const plan = async (part: Part, context: PartContext, others: PlannedEndpoints): Promise<PartPlan> => {
      if (part === 'cloud' && gateway !== undefined) {
        return await planCloud(context, { ...options.cloud, host: gateway });
      }
      const planned = await planContainer(part, { context, others, world, passwords, options });
      return { ...planned.plan, launch: launchOf(part, planned, context) };
    };
    const launchOf = (part: Part, planned: ContainerPlan, { log }: PartContext) => {
      const around = {
        image: planned.image,
        network: run.name,
        alias: planned.service,
        labels,
        mounts: world.isLocal,
        ...(planned.program !== undefined && { program: planned.program }),
      };
      const inside = { title: planned.plan.title, docker, log };
      let id: string | undefined;
      return () =>
        launching(async () => {
          const known = id;
          const process =
            known === undefined
              ? await createContainer(await partContainer(planned.composed(), around), inside)
              : await restartContainer(known, inside);
          id = process.id;
          ids.set(part, process.id);
          return process;
        });
    };
    const { parts, mayFail = [] } = options;
    return await startParts({ parts, plan, toldOthers: [], waitsFor, mayFail }, run, ports);
  };

  return await ownStack({
    kind: 'containers',
    start,
    endpoints: (parts, run) => completed(parts, options, ids.get('alloy'), logPathOf(run, 'alloy')),
    end: () => removal(),
  });
}

/** Removes all of a run, some of which the engine may be removing already. Returns whether all is gone in time. */
async function removeAll(docker: EngineWorld['docker'], run: string): Promise<boolean> {
  const deadline = performance.now() + 30_000;
  while ((await removeRun(docker, run)) > 0) if (performance.now() > deadline) return false;
  return true;
}

async function completed(
  { endpoints: { alloy, ...others }, running }: StartedParts,
  { images, alloyConfig, engine: { docker } }: ContainersOptions,
  id: string | undefined,
  logFile: string,
): Promise<Endpoints> {
  const image = images.get('grafana-alloy');
  if (alloy === undefined || image === undefined) return others;
  const { Config } = await docker.getImage(image.image).inspect();
  const entrypoint = [Config.Entrypoint ?? []].flat();
  return {
    ...others,
    alloy: {
      ...alloy,
      kind: image.engine === 'embedded' ? 'embedded' : 'container',
      version: running.get('alloy')?.version ?? 'unknown',
      config: alloyConfig,
      configInside: '/etc/alloy/config.alloy',
      ...(id !== undefined && { command: [process.execPath, exec, id, ...entrypoint] }),
      logFile,
    },
  };
}
