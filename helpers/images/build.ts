/** Builds the stand-in images that are not up to date. */
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import type { Settings } from '../settings/settings.ts';
import { startTicks, withLock } from '../setup/lock.mjs';
import { debianRecipe, makeDebianRoot, makeSharedDirectory } from './debian.ts';
import { addLayer, connectEngine, findImage, importImage, type PresentImage, removeReplaced } from './engine.ts';
import { describeLayer } from './layer.ts';
import { bringMmdebstrap, findPackageSource } from './package-source.ts';
import { computeRecipe } from './recipe.ts';
import { ALLOY_KIND_LABEL, RECIPE_LABEL, type StandIn, VERSION_LABEL } from './stand-ins.ts';

/** The result for one image; `size` in bytes, `builtInMs` undefined when it was up to date. */
export type ImageState = {
  readonly standIn: StandIn;
  readonly version: string;
  readonly embedded: boolean;
  readonly size: number;
  readonly builtInMs: number | undefined;
};

/** How images are built, and whom the build reports to. */
export type BuildOptions = {
  readonly settings: Settings;
  readonly signal: AbortSignal;
  /** Rebuilds what is up to date as well, with the packages that Debian has now. */
  readonly rebuild: boolean;
  /** Called once, before the first image is built. */
  readonly building: (standIns: readonly StandIn[]) => void;
  /** Called as soon as an image is ready. */
  readonly done: (state: ImageState) => void;
};

/** Enough to keep a small machine's processors busy; more would only compete for the disk. */
const maxParallelBuilds = 2;

/**
 * Makes sure that the engine has these images. Throws `CannotRun` when there is no engine, no mmdebstrap or no packages,
 * and the signal's reason when it aborts; unfinished work is then removed from the engine and the temporary directory.
 */
export async function buildImages(standIns: readonly StandIn[], options: BuildOptions): Promise<void> {
  const engine = await connectEngine(options.settings);
  const outdated = await reportPresent(engine, standIns, options);
  if (outdated.length === 0) return;
  const waiting = () => process.stderr.write('  waiting for another build of images on this machine …\n');
  await withLock('images', waiting, async () => {
    await removeLeftovers(engine);
    await using cleanup = new AsyncDisposableStack();
    const directory = await mkdtemp(join(tmpdir(), `${nameLeftovers()}${readOwnMark()}-`));
    cleanup.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }));
    await chmod(directory, 0o711);
    const shared = makeSharedDirectory(directory);
    options.building(outdated);
    const failed = new AbortController();
    const signal = AbortSignal.any([options.signal, failed.signal]);
    const queue = [...outdated];
    const worker = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        await buildOne(engine, next, shared, { ...options, signal });
      }
    };
    const workers = Array.from({ length: maxParallelBuilds }, () =>
      worker().catch((error) => {
        failed.abort(error);
        throw error;
      }),
    );
    const ends = await Promise.allSettled(workers);
    options.signal.throwIfAborted();
    if (failed.signal.aborted) throw failed.signal.reason;
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  });
}

/** Reports the images that are up to date, and returns the others. */
async function reportPresent(
  engine: Dockerode,
  standIns: readonly StandIn[],
  { settings, rebuild, done }: BuildOptions,
): Promise<StandIn[]> {
  const looked = await Promise.all(
    standIns.map(async (standIn) => {
      const [recipe, present] = await Promise.all([computeRecipe(standIn, settings), findImage(engine, standIn.image)]);
      if (rebuild || present === undefined || present.labels[RECIPE_LABEL] !== recipe) return [standIn];
      done(describeImage(standIn, present, undefined));
      return [];
    }),
  );
  return looked.flat();
}

async function buildOne(
  engine: Dockerode,
  standIn: StandIn,
  shared: string,
  { settings, signal, rebuild, done }: BuildOptions,
): Promise<void> {
  const started = performance.now();
  const { name, image, configuration } = standIn;
  const before = await findImage(engine, image);
  const recipe = await computeRecipe(standIn, settings);
  if (!rebuild && before !== undefined && before.labels[RECIPE_LABEL] === recipe) {
    // The previous holder of the lock has built it.
    done(describeImage(standIn, before, undefined));
    return;
  }
  const base = await debianBase(engine, standIn, shared, { settings, signal, rebuild });
  const layer = describeLayer(name, settings);
  const labels = {
    [RECIPE_LABEL]: recipe,
    [VERSION_LABEL]: (await layer.version?.()) ?? base.labels[VERSION_LABEL] ?? 'unknown',
    ...(layer.alloy && { [ALLOY_KIND_LABEL]: layer.alloy }),
  };
  const container = `${nameLeftovers()}${readOwnMark()}-${name}`;
  const archives = await layer.archives();
  const { firstRun } = layer;
  await addLayer(engine, archives, {
    base: base.image,
    image,
    container,
    labels,
    configuration,
    signal,
    ...(firstRun !== undefined && { firstRun }),
  });
  const present = await findImage(engine, image);
  if (present === undefined) throw new Error(`the engine has just built ${image} and doesn't find it`);
  for (const replaced of [before?.id, base.replaced]) {
    if (replaced !== undefined && replaced !== present.id) await removeReplaced(engine, replaced);
  }
  done(describeImage(standIn, present, performance.now() - started));
}

/** The image of the Debian part, which is kept when only the layer on top changes. */
async function debianBase(
  engine: Dockerode,
  { name, image: standInImage, debian }: StandIn,
  shared: string,
  { settings, signal, rebuild }: Pick<BuildOptions, 'settings' | 'signal' | 'rebuild'>,
): Promise<{ image: string; labels: Readonly<Record<string, string>>; replaced: string | undefined }> {
  const image = `${standInImage}-base`;
  const recipe = debianRecipe(debian);
  const present = await findImage(engine, image);
  if (!rebuild && present?.labels[RECIPE_LABEL] === recipe)
    return { image, labels: present.labels, replaced: undefined };
  await bringMmdebstrap(settings);
  const source = await findPackageSource(settings);
  const { version, archive } = await makeDebianRoot(name, debian, { source, shared, settings, signal });
  const labels = { [RECIPE_LABEL]: recipe, ...(version && { [VERSION_LABEL]: version }) };
  await importImage(engine, archive, { image, labels, signal });
  return { image, labels, replaced: present?.id };
}

function describeImage(standIn: StandIn, { labels, size }: PresentImage, builtInMs: number | undefined): ImageState {
  const version = labels[VERSION_LABEL] ?? 'unknown';
  return { standIn, version, embedded: labels[ALLOY_KIND_LABEL] === 'embedded', size, builtInMs };
}

/** The prefix of all directories and containers that builds on this machine create. */
function nameLeftovers(): string {
  return `alloy-verify-images-${hostname().replaceAll(/[^a-zA-Z0-9.-]/g, '-')}-`;
}

function readOwnMark(): string {
  return `${process.pid}-${startTicks(process.pid)}`;
}

/** Removes what killed builds on this machine have left. */
async function removeLeftovers(engine: Dockerode): Promise<void> {
  const prefix = nameLeftovers();
  const isLeft = (name: string) => {
    const [, pid, ticks] = /^(\d+)-(\d+|-)-/.exec(name.slice(prefix.length)) ?? [];
    return name.startsWith(prefix) && pid !== undefined && startTicks(Number(pid)) !== ticks;
  };
  for (const name of (await readdir(tmpdir())).filter(isLeft)) {
    await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
  const containers = await engine.listContainers({ all: true, filters: JSON.stringify({ name: [prefix] }) });
  for (const { Id, Names } of containers) {
    if (Names.some((name) => isLeft(name.replace(/^\//, '')))) {
      await engine.getContainer(Id).remove({ force: true, v: true });
    }
  }
}
