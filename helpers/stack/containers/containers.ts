import { fileURLToPath } from 'node:url';
import { CannotRun } from '../../run/cannot-run.ts';
import type { Endpoints } from '../../run/endpoints.ts';
import { type Part, serviceParts } from '../../run/part.ts';
import type { Stack } from '../../run/stack.ts';
import { useContainerEngine } from '../../setup/container-engine.ts';
import { ownStack, type StackMaker } from '../owned/owned-stack.ts';
import type { PartContext, PartPlan } from '../owned/part.ts';
import type { RunDirectory } from '../owned/run-directory.ts';
import { startParts } from '../owned/start-parts.ts';
import { planLgtmGateway } from '../parts/lgtm-gateway.ts';
import { planMockCloud } from '../parts/mock-cloud.ts';
import { makePassword } from '../parts/secret.ts';
import type { ContainersPlan, StackRequest } from '../plan.ts';
import { bringMockCloudImage, LGTM_URLS, requireImage } from './container-images.ts';
import { createContainer, restartContainer } from './container-process.ts';
import { findNetworkGateway, locateEngine } from './engine-location.ts';
import { buildLabels, removeRun, sweepEngine } from './labels.ts';
import { buildContainer } from './part-container.ts';
import { type ContainerPlan, planContainer } from './plan-container.ts';
import { startReaper } from './reaper.ts';

/**
 * Alloy gets the mock cloud's address when it is created, and a gateway that of its backend. Its first samples are to come
 * within seconds of its start, which the four services, starting at the same time, would make it spend waiting for a
 * processor.
 */
const waitsFor: Readonly<Partial<Record<Part, Part>>> = {
  'mock-cloud': 'lgtm',
  alloy: 'mock-cloud',
  ...Object.fromEntries(serviceParts.map((part) => [part, 'alloy'])),
};

const exec = fileURLToPath(new URL('exec.ts', import.meta.url));
const maxRemovalMs = 30_000;

/**
 * Starts the parts side by side, Alloy first, as containers of one network, in which they have the names of the compose
 * file; the mock cloud, or the gateway in its place, is a process of this machine that they reach through the host gateway
 * or, where the engine is elsewhere, a container beside them. Returns when all are ready. Throws `CannotRun`, and leaves nothing, where one of them
 * can't be started.
 */
export async function startContainers(request: StackRequest<ContainersPlan>): Promise<Stack> {
  const { settings, configuration, engine, parts } = request.plan;
  const { docker } = engine;
  useContainerEngine(engine, settings.engine);
  const location = await locateEngine(engine, settings.engine);
  if (!location.isLocal && configuration.grpc !== 'none') {
    throw new CannotRun(
      'the configuration exports over gRPC, which the mock cloud supports only where the engine is on this machine.',
      'run with STACK=native, or with an engine on this machine.',
    );
  }
  if (!location.isLocal && request.plan.gateway !== undefined) {
    throw new CannotRun(
      `${LGTM_URLS} need a gateway on this machine, which containers of an engine elsewhere do not reach.`,
      'run with STACK=native, unset the three, or set the GRAFANA_CLOUD_* variables to where Alloy is to write.',
    );
  }
  const images = new Map(request.plan.images);
  if (!location.isLocal && parts.includes('mock-cloud'))
    images.set('mock-cloud', await bringMockCloudImage(request.plan));
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

  const start: StackMaker['start'] = async (run, ports) => {
    const sweep = sweepEngine(docker).catch(() => []);
    run.inEngine(true);
    removal = async () => {
      over = true;
      await Promise.allSettled(making);
      // What can't be removed now, the watchdog tries again, and the next run.
      if (await removeAll(docker, run).catch(() => false)) run.inEngine(false);
      await sweep;
    };
    const labels = { ...buildLabels(run.name), ...(await launching(() => startReaper(docker, settings))) };
    const network = await launching(() =>
      docker.createNetwork({ Name: run.name, Driver: 'bridge', CheckDuplicate: true, Labels: labels }),
    );
    const gateway = location.isLocal ? await findNetworkGateway(docker, network.id) : undefined;

    const plan = async (part: Part, context: PartContext, others: Endpoints): Promise<PartPlan> => {
      if (part === 'mock-cloud' && gateway !== undefined) {
        const targets = request.plan.gateway ?? others.lgtm;
        return targets ? await planLgtmGateway(context, targets, gateway) : await planMockCloud(context, gateway);
      }
      const planned = await planContainer(part, { context, others, location, passwords, images });
      return { ...planned.plan, launch: buildLaunch(part, planned, context) };
    };
    const buildLaunch = (part: Part, planned: ContainerPlan, { log }: PartContext) => {
      const container = {
        image: planned.image,
        network: run.name,
        alias: planned.service,
        labels,
        mounts: location.isLocal,
        ...(planned.program !== undefined && { program: planned.program }),
      };
      const context = { title: planned.plan.title, docker, log };
      let id: string | undefined;
      return () =>
        launching(async () => {
          const known = id;
          const running =
            known === undefined
              ? await createContainer(await buildContainer(planned.compose(), container), context)
              : await restartContainer(known, context);
          id = running.id;
          ids.set(part, running.id);
          return running;
        });
    };
    return await startParts(request, { plan, dependsOnAddresses: [], waitsFor }, run, ports);
  };

  return await ownStack({
    kind: 'containers',
    engine: { ...settings.engine, host: engine.address },
    start,
    describeAlloy: async () => {
      const image = requireImage(images, 'grafana-alloy');
      const id = ids.get('alloy');
      const { Config } = await docker.getImage(image.image).inspect();
      const entrypoint = [Config.Entrypoint ?? []].flat();
      return {
        kind: image.carries === 'embedded' ? 'embedded' : 'container',
        config: settings.alloyConfig,
        configInside: '/etc/alloy/config.alloy',
        isCommandEmbedded: image.carries === 'embedded',
        ...(id !== undefined && { command: [process.execPath, exec, engine.address, id, ...entrypoint] }),
      };
    },
    end: () => removal(),
  });
}

/** Removes everything of a run, some of which the engine may be removing already. Returns whether all is gone in time. */
async function removeAll(docker: ContainersPlan['engine']['docker'], run: RunDirectory): Promise<boolean> {
  const deadline = performance.now() + maxRemovalMs;
  while ((await removeRun(docker, run.name)) > 0) if (performance.now() > deadline) return false;
  return true;
}
