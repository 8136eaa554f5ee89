import type Dockerode from 'dockerode';
import { CannotRun } from '../run/cannot-run.ts';
import type { Settings } from '../settings/settings.ts';
import { readEngineMessage } from '../setup/container-engine.ts';
import { ENGINE_LABEL, RECIPE_LABEL, recipeOf, type StandIn, standInFor, standIns } from './stand-ins.ts';

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
  readonly carries: 'alloy' | 'embedded';
};

/** How an image is to be had: it is there, or something that stands in for it; its registry has it, or may have it; or why it is not. */
export type Availability = { readonly wanted: string } & (
  | { readonly found: FoundImage }
  | { readonly pullable: 'surely' | 'perhaps' }
  | { readonly absent: string }
);

/** A registry that does not answer within this time counts as out of reach. */
const REGISTRY_PATIENCE_MS = 5000;

/** Looks for an image without changing anything. Throws `CannotRun` where what stands in for it is not of the present code. */
export async function lookForImage(docker: Dockerode, wanted: string, settings: Settings): Promise<Availability> {
  const named = standIns.find(({ image }) => image === wanted.replace(/:latest$/, ''));
  if (named !== undefined) {
    const made = await madeStandIn(docker, named, wanted, settings);
    return made === undefined ? { wanted, absent: '`npm run images` builds it' } : { wanted, found: made };
  }
  const there = await inspected(docker, wanted);
  if (there !== undefined) return { wanted, found: foundOf(wanted, wanted, there) };
  const answer = await askRegistry(docker, wanted);
  if ('pullable' in answer) return answer;
  const standIn = await standInOf(docker, wanted, settings);
  return standIn === undefined ? answer : { wanted, found: standIn };
}

/**
 * Brings what {@link lookForImage} has found, or pulls it with the logins of the Docker configuration; calls `onProgress`
 * before it pulls. Throws `CannotRun` where neither it nor a stand-in can be had; `variable` is what names another one.
 */
export async function bringImage(
  docker: Dockerode,
  availability: Availability,
  variable: string,
  settings: Settings,
  onProgress: (line: string) => void,
): Promise<FoundImage> {
  const { wanted } = availability;
  if ('found' in availability) return availability.found;
  if ('absent' in availability) throw missing(wanted, variable, availability.absent);
  onProgress(`Pulling ${wanted} …`);
  const refusal = await pull(docker, wanted);
  const pulled = await inspected(docker, wanted);
  if (pulled !== undefined) return foundOf(wanted, wanted, pulled);
  const standIn = await standInOf(docker, wanted, settings);
  if (standIn === undefined) throw missing(wanted, variable, refusal ?? 'its registry gives no reason');
  return standIn;
}

/** What stands in for an image, where that was made. */
async function standInOf(docker: Dockerode, wanted: string, settings: Settings): Promise<FoundImage | undefined> {
  // Of a mirror's own folders nothing is known.
  const { registry } = settings.images;
  const standIn = standInFor(wanted.startsWith(registry) ? wanted.slice(registry.length) : wanted);
  return standIn && (await madeStandIn(docker, standIn, wanted, settings));
}

/** A stand-in, where it was made; throws where it was made of other files than there are now. */
async function madeStandIn(
  docker: Dockerode,
  standIn: StandIn,
  wanted: string,
  settings: Settings,
): Promise<FoundImage | undefined> {
  const found = await inspected(docker, standIn.image);
  if (found === undefined) return undefined;
  if (found.Config.Labels?.[RECIPE_LABEL] !== (await recipeOf(standIn, settings))) {
    throw new CannotRun(
      `the image ${standIn.image} was made of other files, or of another ALLOY_BIN, than a run has now.`,
      'make it anew with `npm run images`.',
    );
  }
  return { ...foundOf(wanted, standIn.image, found), standIn };
}

/** Pulls an image; returns why it could not be pulled, as far as the engine says. */
async function pull(docker: Dockerode, image: string): Promise<string | undefined> {
  const { getContainerRuntimeClient, ImageName } = await import('testcontainers');
  try {
    const client = await getContainerRuntimeClient();
    await client.image.pull(ImageName.fromString(image), { force: true, platform: undefined });
    if ((await inspected(docker, image)) !== undefined) return undefined;
    // testcontainers does not look at what goes wrong after the first byte, and knows the logins, which are not needed to hear it.
    const progress = await docker.pull(image);
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(progress, (error) => (error === null ? resolve() : reject(error)));
    });
    return undefined;
  } catch (error) {
    return readEngineMessage(error);
  }
}

function missing(wanted: string, variable: string, refusal: string): CannotRun {
  const instead = standInFor(wanted) === undefined ? '' : ', or have `npm run images` make one that stands in for it';
  return new CannotRun(
    `the image ${wanted} is not in the engine and can't be pulled: ${refusal}`,
    `name another one with ${variable}, a mirror with IMAGE_REGISTRY${instead}; STACK=native needs no images.`,
  );
}

function foundOf(wanted: string, image: string, { Id, Config }: Dockerode.ImageInspectInfo): FoundImage {
  return { wanted, image, id: Id, carries: Config.Labels?.[ENGINE_LABEL] === 'embedded' ? 'embedded' : 'alloy' };
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

/**
 * Has the engine ask the registry for an image (Docker Engine API, `GET /distribution/{name}/json`). An engine without
 * that, and a registry that wants a login, leave it open: pulling alone tells.
 */
async function askRegistry(docker: Dockerode, image: string): Promise<Exclude<Availability, { found: FoundImage }>> {
  const late = Promise.withResolvers<{ wanted: string; absent: string }>();
  const timeout = setTimeout(
    () =>
      late.resolve({ wanted: image, absent: `its registry does not answer within ${REGISTRY_PATIENCE_MS / 1000} s` }),
    REGISTRY_PATIENCE_MS,
  );
  const asked = docker
    .getImage(image)
    .distribution()
    .then(() => ({ wanted: image, pullable: 'surely' as const }))
    .catch((error: unknown) => {
      const words = readEngineMessage(error);
      const isOutOfReach = /dial tcp|lookup|timeout|deadline|no such host/i.test(words);
      return isOutOfReach ? { wanted: image, absent: words } : { wanted: image, pullable: 'perhaps' as const };
    });
  const answer = await Promise.race([asked, late.promise]);
  clearTimeout(timeout);
  return answer;
}
