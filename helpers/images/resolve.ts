import type Dockerode from 'dockerode';
import { CannotRun } from '../stack/cannot-run.ts';
import { ENGINE_LABEL, RECIPE_LABEL, recipeOf, type StandIn, standInFor } from './stand-ins.ts';

/** An image that a run starts containers of. */
export type FoundImage = {
  /** The name that was asked for. */
  readonly wanted: string;
  /** The name of what is used. */
  readonly image: string;
  /** What stands in for the image that was asked for; absent where that one itself is used. */
  readonly standIn?: StandIn;
  /** The engine's ID of the image. */
  readonly id: string;
  /** What an image of Alloy carries. */
  readonly engine: 'alloy' | 'embedded';
};

/** How an image is to be had: it is in the engine, its registry has it, or something stands in for it; or why not. */
export type Availability = { readonly found: FoundImage } | { readonly pullable: true } | { readonly absent: string };

type Environment = Readonly<Record<string, string | undefined>>;

/** A registry that does not answer within this time counts as out of reach. */
const REGISTRY_PATIENCE_MS = 5000;

/** Looks for an image without changing anything. Throws `CannotRun` where what stands in for it is not of the present code. */
export async function lookForImage(docker: Dockerode, wanted: string, environment: Environment): Promise<Availability> {
  const there = await inspected(docker, wanted);
  if (there !== undefined) return { found: foundOf(wanted, wanted, there) };
  const refusal = await refusalOf(docker, wanted);
  if (refusal === undefined) return { pullable: true };
  const standIn = standInFor(wanted);
  const instead = standIn && (await inspected(docker, standIn.image));
  if (standIn === undefined || instead === undefined) return { absent: refusal };
  if (instead.Config.Labels?.[RECIPE_LABEL] !== (await recipeOf(standIn, environment))) {
    throw new CannotRun(
      `the image ${standIn.image} was made of other files than this project has now.`,
      'make it anew with `npm run images`.',
    );
  }
  return { found: { ...foundOf(wanted, standIn.image, instead), standIn } };
}

/**
 * Finds an image, or pulls it, with the logins of the Docker configuration; tells `announce` before it pulls. Throws
 * `CannotRun` where it is not to be had; `variable` is what names another one.
 */
export async function bringImage(
  docker: Dockerode,
  wanted: string,
  variable: string,
  environment: Environment,
  announce: (line: string) => void,
): Promise<FoundImage> {
  const availability = await lookForImage(docker, wanted, environment);
  if ('found' in availability) return availability.found;
  if ('absent' in availability) throw missing(wanted, variable, availability.absent);
  announce(`Pulling ${wanted} …`);
  const { getContainerRuntimeClient, ImageName } = await import('testcontainers');
  let refusal = 'its registry gave no reason';
  try {
    const client = await getContainerRuntimeClient();
    await client.image.pull(ImageName.fromString(wanted), { force: true, platform: undefined });
  } catch (error) {
    refusal = error instanceof Error ? error.message : String(error);
  }
  const pulled = await inspected(docker, wanted);
  if (pulled === undefined) throw missing(wanted, variable, refusal);
  return foundOf(wanted, wanted, pulled);
}

function missing(wanted: string, variable: string, refusal: string): CannotRun {
  const instead = standInFor(wanted) === undefined ? '' : ', or have `npm run images` make one that stands in for it';
  return new CannotRun(
    `the image ${wanted} is not in the engine and can't be pulled: ${refusal}`,
    `name another one with ${variable}, a mirror with IMAGE_REGISTRY${instead}; STACK=native needs no images.`,
  );
}

function foundOf(wanted: string, image: string, { Id, Config }: Dockerode.ImageInspectInfo): FoundImage {
  return { wanted, image, id: Id, engine: Config.Labels?.[ENGINE_LABEL] === 'embedded' ? 'embedded' : 'alloy' };
}

async function inspected(docker: Dockerode, image: string): Promise<Dockerode.ImageInspectInfo | undefined> {
  return await docker
    .getImage(image)
    .inspect()
    .catch((error: { statusCode?: number }) => {
      if (error.statusCode === 404) return undefined;
      throw error;
    });
}

/** Why the registry won't give an image, as far as asking tells; undefined where pulling it is worth a try. */
async function refusalOf(docker: Dockerode, image: string): Promise<string | undefined> {
  const unreachable = `its registry does not answer within ${REGISTRY_PATIENCE_MS / 1000} s`;
  const timer = Promise.withResolvers<string>();
  const timeout = setTimeout(() => timer.resolve(unreachable), REGISTRY_PATIENCE_MS);
  // The engine asks the registry (Docker Engine API, `GET /distribution/{name}/json`); of an engine without that, and of a
  // registry that wants a login, pulling alone tells.
  const asked = docker
    .getImage(image)
    .distribution()
    .then(() => undefined)
    .catch(({ message }: Error) =>
      /dial tcp|lookup|timeout|deadline|no such host/i.test(message) ? message : undefined,
    );
  const refusal = await Promise.race([asked, timer.promise]);
  clearTimeout(timeout);
  return refusal;
}
