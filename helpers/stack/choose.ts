import { type Availability, lookForImage } from '../images/resolve.ts';
import { CannotRun } from '../run/cannot-run.ts';
import type { Endpoints } from '../run/endpoints.ts';
import { isBackendPart, type Part } from '../run/part.ts';
import type { RunDescription } from '../run/run.ts';
import { EXISTING_VARIABLES, type Settings } from '../settings/settings.ts';
import { type ContainerEngine, findContainerEngine } from '../setup/container-engine.ts';
import { isAlloy } from '../setup/program-version.ts';
import { findOnPath } from '../setup/programs.mjs';
import { chooseBackend, chooseExternalBackend, isOnLoopback } from './backend/choose-backend.ts';
import { readConfiguration } from './configuration.ts';
import { LGTM_URLS, listImages } from './containers/container-images.ts';
import { readExistingEndpoints } from './existing-endpoints.ts';
import { type AlloyProgram, findAlloyProgram } from './parts/alloy-program.ts';
import type { BackendPlan, CommonPlan, ContainersPlan, ExternalPlan, NativePlan, StackPlan } from './plan.ts';
import { readWarmState } from './warm/warm-state.ts';

/**
 * Decides on the stack for these parts: the one that `STACK` asks for, else containers where an engine answers and the
 * images are there or can be pulled, else native; with `reuse`, what a warm stack was started as comes before that. It asks
 * programs, engines and backends what they are, and changes nothing. Throws `CannotRun` where the settings contradict each
 * other or name what is not there.
 */
export async function chooseStack(
  settings: Settings,
  needs: readonly Part[],
  { reuse = true }: { readonly reuse?: boolean } = {},
): Promise<StackPlan> {
  const existing = readExistingEndpoints(settings.existing);
  const common = { settings, needs, existing, configuration: readConfiguration(settings.alloyConfig) };
  if (settings.stack === 'external') return await planExternal(common);
  refuseRunningAlloy(existing);
  const backend = await chooseBackend(settings);
  const own = [...needs.filter((part) => !isBackendPart(part)), ...listBackendParts(needs, backend)];
  const parts = own.filter((part) => !(part in existing));
  const wish = await readWish(settings, existing, backend, reuse);
  return await planOwn({ ...common, needs: own, ...backend, parts }, wish);
}

/** Which parts a need for the backend means: none for one that already runs, unless Alloy needs a gateway to it. */
function listBackendParts(needs: readonly Part[], backend: BackendPlan): Part[] {
  if (!needs.includes('mock-cloud')) return [];
  if (startsLgtm(backend)) return ['mock-cloud', 'lgtm'];
  return backend.access === undefined || backend.gateway !== undefined ? ['mock-cloud'] : [];
}

const STARTS_LGTM = 'BACKEND=lgtm starts grafana/otel-lgtm';

function startsLgtm({ backend, access }: BackendPlan): boolean {
  return backend === 'lgtm' && access === undefined;
}

/** The kind of stack that the settings or a warm stack call for, with the reason; undefined where either will do. */
type Wish = { readonly stack: 'native' | 'containers'; readonly because: string };

async function readWish(
  settings: Settings,
  existing: Endpoints,
  backend: BackendPlan,
  reuse: boolean,
): Promise<Wish | undefined> {
  const { stack, alloy } = settings;
  if (stack === 'native' && startsLgtm(backend)) {
    throw new CannotRun(
      `${STARTS_LGTM} in a container, and STACK=native has none.`,
      `unset STACK, or set ${LGTM_URLS}: with those it starts none.`,
    );
  }
  if (stack === 'native' || stack === 'containers') return { stack, because: `STACK=${stack}` };
  if (alloy === 'container') return { stack: 'containers', because: 'ALLOY=container' };
  if (startsLgtm(backend)) return { stack: 'containers', because: STARTS_LGTM };
  const local = await findReasonForNative(settings, existing, backend);
  if (local !== undefined) return { stack: 'native', because: local };
  const warm = reuse ? readWarmState()?.run.stack : undefined;
  return warm === 'native' || warm === 'containers' ? { stack: warm, because: 'a warm stack runs' } : undefined;
}

/** Describes a plan to people, except whether a warm stack is used. */
export function describePlan(plan: StackPlan): Omit<RunDescription, 'warm'> {
  const { stack, backend } = plan;
  if (stack === 'external') return { stack, backend, alloy: { kind: 'external' } };
  if (stack === 'native') return { stack, backend, alloy: { kind: plan.alloy.kind } };
  const found = [...plan.images.values()].flatMap((look) => ('found' in look ? look.found : []));
  const standIns = [...new Set(found.flatMap(({ standIn, wanted }) => (standIn === undefined ? [] : [wanted])))];
  const alloy = plan.images.get('grafana-alloy');
  const isEmbedded = alloy !== undefined && 'found' in alloy && alloy.found.carries === 'embedded';
  return {
    stack,
    backend,
    alloy: { kind: isEmbedded ? 'embedded' : 'container' },
    ...(standIns.length > 0 && { standIns }),
  };
}

async function planOwn(common: Omit<CommonPlan, 'because'>, wish: Wish | undefined): Promise<StackPlan> {
  const { settings, parts } = common;
  const native = async (because: string): Promise<NativePlan> => ({
    ...common,
    stack: 'native',
    because,
    alloy: await findAlloy(settings),
  });
  if (wish?.stack === 'native') return await native(wish.because);
  if (wish !== undefined) refuseContradictions(common, wish);
  const engine = await findContainerEngine(settings.engine);
  if ('absent' in engine) {
    if (wish === undefined) return await native('no container engine can be used');
    throw new CannotRun(`${wish.because}, and ${engine.absent}.`, `${engine.fix}, or ${adviseNative(common)}.`);
  }
  const images = await lookForImages(engine, parts, settings);
  const missing = wish === undefined ? findMissingImage(images) : undefined;
  if (missing !== undefined) return await native(missing);
  const alloy = images.get('grafana-alloy');
  if (settings.alloy === 'embedded' && alloy !== undefined && 'found' in alloy && alloy.found.carries === 'alloy') {
    throw new CannotRun(
      `ALLOY=embedded, and the image ${alloy.found.image} has a Grafana Alloy in it.`,
      'build one with the embedded Alloy with `npm run images`, and set ALLOY_IMAGE=stand-in/alloy; or run with STACK=native.',
    );
  }
  const because = wish?.because ?? 'an engine has the images';
  return { ...common, stack: 'containers', because, engine, images };
}

/**
 * The Alloy of this machine. Another program that is called alloy is passed over on PATH; throws {@link CannotRun} where a
 * variable asks for it.
 */
async function findAlloy(settings: Settings): Promise<AlloyProgram> {
  const program = findAlloyProgram(settings);
  const [path] = program.command;
  if (program.kind === 'embedded' || (await isAlloy(path))) return program;
  if (settings.alloyBinary === undefined && settings.alloy === undefined) {
    return findAlloyProgram({ ...settings, alloy: 'embedded' });
  }
  throw new CannotRun(
    `${path} is not an Alloy: \`${path} --version\` does not say so.`,
    'set ALLOY_BIN to the path of an Alloy, or unset it.',
  );
}

/** Containers would have to reach what already runs on this machine, and can't run its programs. */
function refuseContradictions(common: Omit<CommonPlan, 'because'>, { because }: Wish): void {
  const { settings, existing } = common;
  const named = Object.keys(existing).map((part) => EXISTING_VARIABLES[part]);
  if (named.length > 0) {
    throw new CannotRun(
      `a stack of containers (${because}) starts all of its parts, and ${named.join(', ')} names what already runs.`,
      `unset ${named.join(', ')}, or ${adviseNative(common)}.`,
    );
  }
  if (settings.alloy === 'binary') {
    throw new CannotRun(
      `ALLOY=binary is a program of this machine, and the stack consists of containers (${because}).`,
      `${adviseNative(common)}, or leave ALLOY unset; \`npm run images\` builds an image of the program that ALLOY_BIN names.`,
    );
  }
}

/** An Alloy that runs has a configuration of its own, with the addresses of its own sources. */
function refuseRunningAlloy(existing: Endpoints): void {
  if (existing.alloy === undefined) return;
  throw new CannotRun(
    'ALLOY_URL names an Alloy that already runs, and this run would start one.',
    'set STACK=external to verify the running one, or unset ALLOY_URL.',
  );
}

/** How to run without containers. */
function adviseNative({ settings: { alloy }, ...backend }: Omit<CommonPlan, 'because'>): string {
  const native = startsLgtm(backend) ? `STACK=native, ${LGTM_URLS}` : 'STACK=native';
  return `${alloy === 'container' ? 'unset ALLOY and ' : ''}run with ${native}`;
}

/** A program of this machine, and parts that it already has, are used where they are. */
async function findReasonForNative(
  settings: Settings,
  existing: Endpoints,
  backend: BackendPlan,
): Promise<string | undefined> {
  if (isOnLoopback(backend)) return `BACKEND=${settings.backend} is on loopback`;
  const named = Object.keys(existing).map((part) => EXISTING_VARIABLES[part])[0];
  if (named !== undefined) return `${named} is set`;
  if (settings.alloy !== undefined) return `ALLOY=${settings.alloy}`;
  if (settings.alloyBinary !== undefined) return 'ALLOY_BIN is set';
  const found = findOnPath('alloy', settings.path);
  return found !== undefined && (await isAlloy(found)) ? 'alloy is on PATH' : undefined;
}

/** How the image of each part is to be had; the mock cloud is a process wherever it can be. */
async function lookForImages(
  { docker }: ContainerEngine,
  parts: readonly Part[],
  settings: Settings,
): Promise<ContainersPlan['images']> {
  const wanted = listImages(
    parts.filter((part) => part !== 'mock-cloud'),
    settings,
  );
  const looks = new Map<string, Promise<Availability>>();
  const entries = [...wanted].map(async ([service, image]) => {
    const look = looks.get(image) ?? lookForImage(docker, image, settings);
    looks.set(image, look);
    return [service, await look] as const;
  });
  return new Map(await Promise.all(entries));
}

function findMissingImage(images: ContainersPlan['images']): string | undefined {
  for (const look of images.values()) {
    if ('absent' in look) return `the engine does not have the image ${look.wanted}`;
    if ('outdated' in look) return `the image ${look.outdated} is out of date: \`npm run images\` builds it again`;
    if ('pullable' in look && look.pullable === 'perhaps') return `the engine may not get the image ${look.wanted}`;
  }
  return undefined;
}

/** Throws {@link CannotRun} where too little is known of the stack. */
async function planExternal(common: Omit<CommonPlan, 'because' | keyof BackendPlan | 'parts'>): Promise<ExternalPlan> {
  const { settings, existing } = common;
  if (existing.alloy === undefined) {
    throw new CannotRun('STACK=external needs an Alloy.', 'set ALLOY_URL, such as http://127.0.0.1:12345.');
  }
  if (settings.alloy !== undefined) {
    throw new CannotRun(
      `ALLOY=${settings.alloy} starts an Alloy, but STACK=external uses a running one.`,
      'unset ALLOY.',
    );
  }
  return {
    ...common,
    stack: 'external',
    because: 'STACK=external',
    ...(await chooseExternalBackend(settings)),
    parts: [],
    alloy: await findAlloy(settings),
  };
}
