import type Dockerode from 'dockerode';
import { CannotRun } from '../run/cannot-run.ts';
import type { Settings } from '../settings/settings.ts';
import { type ContainerEngine, readEngineMessage, useContainerEngine } from '../setup/container-engine.ts';
import { findImage, type PresentImage } from './engine.ts';
import { computeRecipe } from './recipe.ts';
import { ALLOY_KIND_LABEL, RECIPE_LABEL, type StandIn, standInFor, standIns } from './stand-ins.ts';

/** An image that a run starts containers from. */
export type FoundImage = {
  /** The requested name. */
  readonly wanted: string;
  /** The name of the image that is used. */
  readonly image: string;
  /** The stand-in for the requested image; absent when the requested image itself is used. */
  readonly standIn?: StandIn;
  /** The engine's ID of the image. */
  readonly id: string;
  /** Which Alloy an image of Alloy contains. */
  readonly carries: 'alloy' | 'embedded';
};

/**
 * Whether an image is available: found, itself or a stand-in; pullable from its registry; only as a stand-in that was built
 * from other files than the present ones; or the reason why not.
 */
export type Availability = { readonly wanted: string } & (
  | { readonly found: FoundImage }
  | { readonly pullable: 'surely' | 'perhaps' }
  | { readonly outdated: string }
  | { readonly absent: string }
);

/** What helps where an image can't be had: the variable that names another one, and how a run does without it. */
export type ImageAdvice = { readonly variable: string; readonly without: string };

/** A registry that doesn't answer within this time counts as unreachable. */
const MAX_REGISTRY_WAIT_MS = 5000;

/** Looks for an image without changing anything. Throws `CannotRun` when `ALLOY_BIN` can't be what its stand-in has. */
export async function lookForImage(docker: Dockerode, wanted: string, settings: Settings): Promise<Availability> {
  const named = standIns.find(({ image }) => image === wanted.replace(/:latest$/, ''));
  if (named !== undefined) {
    const standIn = await inspectStandIn(docker, named, wanted, settings);
    return standIn ?? { wanted, absent: '`npm run images` builds it' };
  }
  const present = await findImage(docker, wanted);
  if (present !== undefined) return { wanted, found: describeFound(wanted, wanted, present) };
  const answer = await askRegistry(docker, wanted);
  if ('pullable' in answer) return answer;
  return (await findStandIn(docker, wanted, settings)) ?? answer;
}

/**
 * Brings what {@link lookForImage} has found, or pulls it with the logins of the Docker configuration; calls `onProgress`
 * before it pulls. Throws `CannotRun`, with this advice, where neither it nor a stand-in can be had.
 */
export async function bringImage(
  engine: ContainerEngine,
  availability: Availability,
  advice: ImageAdvice,
  settings: Settings,
  onProgress: (line: string) => void,
): Promise<FoundImage> {
  const { docker } = engine;
  const { wanted } = availability;
  if ('found' in availability) return availability.found;
  if ('outdated' in availability) throw outdated(availability.outdated);
  if ('absent' in availability) throw missing(wanted, advice, availability.absent);
  onProgress(`Pulling ${wanted} …`);
  useContainerEngine(engine, settings.engine);
  const refusal = await pull(docker, wanted);
  const pulled = await findImage(docker, wanted);
  if (pulled !== undefined) return describeFound(wanted, wanted, pulled);
  const standIn = await findStandIn(docker, wanted, settings);
  if (standIn === undefined) throw missing(wanted, advice, refusal ?? 'its registry did not say why');
  if ('outdated' in standIn) throw outdated(standIn.outdated);
  return standIn.found;
}

type StandInAvailability = Extract<Availability, { readonly found: FoundImage } | { readonly outdated: string }>;

/** The stand-in for an image; undefined when none was built. */
async function findStandIn(
  docker: Dockerode,
  wanted: string,
  settings: Settings,
): Promise<StandInAvailability | undefined> {
  // A mirror may have folders of its own.
  const { registry } = settings.images;
  const standIn = standInFor(wanted.startsWith(registry) ? wanted.slice(registry.length) : wanted);
  return standIn && (await inspectStandIn(docker, standIn, wanted, settings));
}

/** A stand-in, up to date or not; undefined when it was not built. */
async function inspectStandIn(
  docker: Dockerode,
  standIn: StandIn,
  wanted: string,
  settings: Settings,
): Promise<StandInAvailability | undefined> {
  const found = await findImage(docker, standIn.image);
  if (found === undefined) return undefined;
  if (found.labels[RECIPE_LABEL] !== (await computeRecipe(standIn, settings))) {
    return { wanted, outdated: standIn.image };
  }
  return { wanted, found: { ...describeFound(wanted, standIn.image, found), standIn } };
}

function outdated(image: string): CannotRun {
  return new CannotRun(
    `the image ${image} is out of date: its files, or ALLOY_BIN, have changed since.`,
    'build it again with `npm run images`.',
  );
}

/** Pulls an image; returns the engine's error message when it can't be pulled. */
async function pull(docker: Dockerode, image: string): Promise<string | undefined> {
  const { getContainerRuntimeClient, ImageName } = await import('testcontainers');
  try {
    const client = await getContainerRuntimeClient();
    await client.image.pull(ImageName.fromString(image), { force: true, platform: undefined });
    if ((await findImage(docker, image)) !== undefined) return undefined;
    // testcontainers knows the logins but ignores errors after the first byte; the engine reports them without a login.
    const progress = await docker.pull(image);
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(progress, (error) => (error === null ? resolve() : reject(error)));
    });
    return undefined;
  } catch (error) {
    return readEngineMessage(error);
  }
}

function missing(wanted: string, { variable, without }: ImageAdvice, refusal: string): CannotRun {
  const instead = standInFor(wanted) === undefined ? '' : ', or build its stand-in with `npm run images`';
  return new CannotRun(
    `the image ${wanted} is not in the engine and can't be pulled: ${refusal}`,
    `select another image with ${variable}, or a mirror with IMAGE_REGISTRY${instead}; ${without}.`,
  );
}

function describeFound(wanted: string, image: string, { id, labels }: PresentImage): FoundImage {
  return { wanted, image, id, carries: labels[ALLOY_KIND_LABEL] === 'embedded' ? 'embedded' : 'alloy' };
}

/**
 * Has the engine ask the registry for an image (Docker Engine API, `GET /distribution/{name}/json`). Without that endpoint,
 * or when the registry requires a login, only pulling shows whether it is available.
 */
async function askRegistry(docker: Dockerode, image: string): Promise<Exclude<Availability, { found: FoundImage }>> {
  const late = Promise.withResolvers<{ wanted: string; absent: string }>();
  const timeout = setTimeout(
    () =>
      late.resolve({ wanted: image, absent: `its registry does not answer within ${MAX_REGISTRY_WAIT_MS / 1000} s` }),
    MAX_REGISTRY_WAIT_MS,
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
