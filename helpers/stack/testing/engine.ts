import { join } from 'node:path';
import type { FoundImage } from '../../images/resolve.ts';
import type { Part } from '../../run/stack.ts';
import { ROOT } from '../../settings/settings.ts';
import { findDockerEngine } from '../../setup/docker-engine.ts';
import { bringImages, type ServiceName, whyNoImages } from '../containers/container-images.ts';
import type { ContainersOptions } from '../containers/containers.ts';
import { type EngineWorld, engineWorldOf } from '../containers/engine-world.ts';

/** What tests of containers need. */
export type EngineForTests = {
  readonly engine: EngineWorld;
  readonly images: ReadonlyMap<ServiceName, FoundImage>;
};

/** An engine with the images of these parts; else the reason why tests that need them are skipped. */
export async function engineWith(parts: readonly Part[]): Promise<EngineForTests | { readonly absent: string }> {
  const found = await findDockerEngine();
  if ('absent' in found) return found;
  const absent = await whyNoImages(found.docker, parts, process.env);
  if (absent !== undefined) return { absent };
  const images = await bringImages(found.docker, parts, process.env, () => {});
  return { engine: await engineWorldOf(found), images };
}

/** The options of a stack of these parts that nothing more is asked of than to run. */
export function plainContainers({ engine, images }: EngineForTests, parts: readonly Part[]): ContainersOptions {
  return {
    parts,
    engine,
    images,
    alloyConfig: join(ROOT, 'grafana-alloy/config.alloy'),
    variables: {},
    cloudVariables: () => ({}),
    environmentOf: () => ({}),
    cloud: { environment: () => ({}), grpc: 'none' },
  };
}
