import {
  type Availability,
  bringImage,
  type FoundImage,
  type ImageAdvice,
  lookForImage,
} from '../../images/resolve.ts';
import { standInFor } from '../../images/stand-ins.ts';
import { isServicePart, type Part, serviceParts } from '../../run/part.ts';
import type { ImageVariable, Settings } from '../../settings/settings.ts';
import type { ContainersPlan, ServiceName } from '../plan.ts';
import { composeServices } from './compose-file.ts';

/** The variables that do without grafana/otel-lgtm. */
export const LGTM_URLS = 'TEMPO_URL, PROMETHEUS_URL and LOKI_URL';

/** The name of a part's container. */
export function nameService(part: Part): ServiceName {
  return part === 'alloy' ? 'grafana-alloy' : part;
}

/** The variable that names the image of a part: `POSTGRES_IMAGE`, `NOTIFICATION_DAEMON_IMAGE`. */
export function nameImageVariable(part: Part): ImageVariable {
  if (part === 'mock-cloud') return 'NODE_IMAGE';
  return `${part.toUpperCase().replaceAll('-', '_')}_IMAGE` as ImageVariable;
}

/** Whether a service of the application has an image of the person's, with its own program in it: not an image of Node alone. */
export function isOwnImage(part: Part, { images }: Settings): boolean {
  const image = images.named[nameImageVariable(part)];
  if (image === undefined || !isServicePart(part)) return false;
  return standInFor(image)?.name !== 'node' && !/^stand-in\/node(:latest)?$/.test(image);
}

/** The image of each of these parts: the one that its variable names, or the compose file's own, from `IMAGE_REGISTRY`. */
export function listImages(parts: readonly Part[], { inherited, images }: Settings): ReadonlyMap<ServiceName, string> {
  const node = images.named.NODE_IMAGE;
  const forServices = Object.fromEntries(
    serviceParts.map((part) => [nameImageVariable(part), images.named[nameImageVariable(part)] ?? node]),
  );
  const services = composeServices({ ...inherited.extend(), ...forServices });
  // The mock cloud is a program of this project, as the services are.
  const forCloud = composeServices({ ...inherited.extend(), API_IMAGE: node }).api?.image;
  return new Map(
    parts.map((part) => {
      const name = nameService(part);
      const image = part === 'mock-cloud' ? forCloud : services[name]?.image;
      if (image === undefined) throw new Error(`docker-compose.test.yml has no service ${name}`);
      return [name, image];
    }),
  );
}

/** Pulls what the plan has found to be pullable; `onProgress` is called before each. Throws `CannotRun` for an image that can't be had. */
export async function pullImages(plan: ContainersPlan, onProgress: (line: string) => void): Promise<ContainersPlan> {
  const { engine, images, settings, parts } = plan;
  const partOf = new Map(parts.map((part) => [nameService(part), part]));
  const pulls = new Map<string, Promise<FoundImage>>();
  const entries = [...images].map(async ([service, look]): Promise<[ServiceName, Availability]> => {
    const advice = adviseOnImage(partOf.get(service) ?? 'mock-cloud', parts);
    const pull = pulls.get(look.wanted) ?? bringImage(engine, look, advice, settings, onProgress);
    pulls.set(look.wanted, pull);
    const found = await pull;
    return [service, { wanted: look.wanted, found }];
  });
  return { ...plan, images: new Map(await Promise.all(entries)) };
}

/** What to do where the image of this part can't be had, in a stack of these. */
export function adviseOnImage(part: Part, parts: readonly Part[]): ImageAdvice {
  const native = `STACK=native${parts.includes('lgtm') ? ` with ${LGTM_URLS}` : ''} needs no images`;
  return { variable: nameImageVariable(part), without: part === 'lgtm' ? `${LGTM_URLS} do without it` : native };
}

/** The image that a container of a plan is started from, after {@link pullImages}. */
export function requireImage(images: ContainersPlan['images'], service: ServiceName): FoundImage {
  const look = images.get(service);
  if (look === undefined || !('found' in look)) throw new Error(`no image was found for ${service}`);
  return look.found;
}

/** Finds or pulls the image of the mock cloud, for an engine that does not reach this machine. Throws as {@link pullImages} does. */
export async function bringMockCloudImage({ engine, settings, parts }: ContainersPlan): Promise<Availability> {
  const wanted = listImages(['mock-cloud'], settings).get('mock-cloud') ?? '';
  const look = await lookForImage(engine.docker, wanted, settings);
  return { wanted, found: await bringImage(engine, look, adviseOnImage('mock-cloud', parts), settings, () => {}) };
}
