import type Dockerode from 'dockerode';
import { bringImage, type FoundImage, lookForImage } from '../../images/resolve.ts';
import { standInFor } from '../../images/stand-ins.ts';
import { CannotRun } from '../../run/cannot-run.ts';
import { type Part, serviceParts } from '../../run/stack.ts';
import { composeServices } from './compose-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The containers by their names in the compose file; `cloud` is the mock, which is one only where the engine is elsewhere. */
export type ServiceName = Exclude<Part, 'alloy'> | 'grafana-alloy';

/** The container that a part is. */
export function serviceOf(part: Part): ServiceName {
  return part === 'alloy' ? 'grafana-alloy' : part;
}

/** The variable that names the image of a part: `POSTGRES_IMAGE`, `NOTIFICATION_DAEMON_IMAGE`. */
export function imageVariable(part: Part): string {
  return part === 'cloud' ? 'NODE_IMAGE' : `${part.toUpperCase().replaceAll('-', '_')}_IMAGE`;
}

/** Whether a service of the application is the person's own image, which brings its program with it: no image of Node alone. */
export function isOwnImage(part: Part, environment: Environment): boolean {
  const image = environment[imageVariable(part)] ?? '';
  if (image === '' || !serviceParts.some((service) => service === part)) return false;
  return standInFor(image)?.name !== 'node' && !/^stand-in\/node(:latest)?$/.test(image);
}

/** The image that each of these parts is a container of, by the environment: `IMAGE_REGISTRY`, `POSTGRES_IMAGE`, `NODE_IMAGE`, …. */
export function imagesOf(parts: readonly Part[], environment: Environment): ReadonlyMap<ServiceName, string> {
  const node = environment.NODE_IMAGE;
  const ofNode = Object.fromEntries(
    serviceParts.map((part) => [imageVariable(part), environment[imageVariable(part)] || node]),
  );
  const services = composeServices({ ...environment, ...ofNode });
  // The mock is a program of this project, as the services are.
  const forCloud = composeServices({ ...environment, API_IMAGE: node }).api?.image;
  return new Map(
    parts.map((part) => {
      const name = serviceOf(part);
      const image = part === 'cloud' ? forCloud : services[name]?.image;
      if (image === undefined) throw new Error(`docker-compose.test.yml has no service ${name}`);
      return [name, image];
    }),
  );
}

/** Finds or pulls the images of these parts; `announce` is told of each that is pulled. Throws `CannotRun` for one that is not to be had. */
export async function bringImages(
  docker: Dockerode,
  parts: readonly Part[],
  environment: Environment,
  announce: (line: string) => void,
): Promise<ReadonlyMap<ServiceName, FoundImage>> {
  const wanted = imagesOf(parts, environment);
  const brought = new Map<string, Promise<FoundImage>>();
  const entries = parts.map(async (part) => {
    const image = wanted.get(serviceOf(part)) ?? '';
    const found = brought.get(image) ?? bringImage(docker, image, imageVariable(part), environment, announce);
    brought.set(image, found);
    return [serviceOf(part), await found] as const;
  });
  return new Map(await Promise.all(entries));
}

/** Why the images of these parts are neither in the engine nor surely to be pulled; undefined where they are. Nothing is pulled. */
export async function whyNoImages(
  docker: Dockerode,
  parts: readonly Part[],
  environment: Environment,
): Promise<string | undefined> {
  const wanted = [...new Set(imagesOf(parts, environment).values())];
  const looks = await Promise.all(
    wanted.map(async (image) => {
      try {
        const look = await lookForImage(docker, image, environment);
        if ('found' in look || ('pullable' in look && look.pullable === 'surely')) return [];
        return [`the Docker engine has no image ${image}`];
      } catch (error) {
        if (error instanceof CannotRun) return [error.message];
        throw error;
      }
    }),
  );
  return looks.flat()[0];
}
