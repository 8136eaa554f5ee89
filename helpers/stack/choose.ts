import type { FoundImage } from '../images/resolve.ts';
import { CannotRun } from '../run/cannot-run.ts';
import type { Part } from '../run/stack.ts';
import type { Settings } from '../settings/settings.ts';
import { type DockerEngine, type EngineFinding, findDockerEngine } from '../setup/docker-engine.ts';
import { findOnPath } from '../setup/programs.mjs';
import { bringImages, type ServiceName, whyNoImages } from './containers/container-images.ts';
import { type EngineWorld, engineWorldOf } from './containers/engine-world.ts';
import { type AlloyProgram, chooseAlloy } from './parts/alloy-program.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** How a stack that a run starts is made. */
export type ChosenWorld =
  | { readonly stack: 'native'; readonly program: AlloyProgram }
  | {
      readonly stack: 'containers';
      readonly engine: EngineWorld;
      readonly images: ReadonlyMap<ServiceName, FoundImage>;
    };

/** What the choice between native and containers rests on. */
export type Choice = {
  readonly settings: Settings;
  readonly environment: Environment;
  /** The parts that would be started. */
  readonly parts: readonly Part[];
  /** Whether the person has parts running already, which containers would have to reach. */
  readonly hasGiven: boolean;
};

/** Which of the two a run takes, and why: the engine that answered, or why there are no containers. */
export type StackChoice =
  | { readonly stack: 'containers'; readonly engine: DockerEngine }
  | { readonly stack: 'native'; readonly because: string };

/**
 * The stack that `STACK` asks for, else containers where a Docker engine answers and the images are there or can be
 * pulled, else native. Throws `CannotRun` where `STACK=containers` and there is no engine.
 */
export async function chooseStack({ settings, environment, parts, hasGiven }: Choice): Promise<StackChoice> {
  if (settings.stack === 'native') return { stack: 'native', because: 'STACK=native' };
  const asked = settings.stack === 'containers' || settings.alloy === 'container';
  if (asked) {
    if (hasGiven) {
      throw new CannotRun(
        'a stack of containers has all parts, and a variable names one that runs already.',
        'unset DATABASE_URL, REDIS_URL, RABBITMQ_URL, API_URL, BOT_GATEWAY_URL and ALLOY_URL, or run with STACK=native.',
      );
    }
    return { stack: 'containers', engine: present(await findDockerEngine(environment)) };
  }
  const because = reasonForNative(settings, environment, hasGiven);
  if (because !== undefined) return { stack: 'native', because };
  const engine = await findDockerEngine(environment);
  if ('absent' in engine) return { stack: 'native', because: 'no Docker engine' };
  // Where the engine is elsewhere the mock is a container too, of the image that the services have.
  const made = parts.filter((part) => part !== 'cloud');
  const lacking = await whyNoImages(engine.docker, made, environment);
  return lacking === undefined ? { stack: 'containers', engine } : { stack: 'native', because: lacking };
}

/** Makes the choice, and finds or brings what it needs; `announce` is told of what takes time. Throws `CannotRun` where it can't be had. */
export async function chooseWorld(choice: Choice, announce: (line: string) => void): Promise<ChosenWorld> {
  const { settings, environment, parts } = choice;
  const chosen = await chooseStack(choice);
  if (chosen.stack === 'native') {
    return { stack: 'native', program: chooseAlloy(settings.alloy, settings.alloyBinary) };
  }
  if (settings.alloy === 'binary') {
    throw new CannotRun(
      'ALLOY=binary is a program of this machine, and the stack is of containers.',
      'set STACK=native, or leave ALLOY unset; `npm run images` makes an image of the program that ALLOY_BIN names.',
    );
  }
  const engine = await engineWorldOf(chosen.engine);
  const made = parts.filter((part) => !(part === 'cloud' && engine.isLocal));
  const images = await bringImages(engine.docker, made, environment, announce);
  const alloy = images.get('grafana-alloy');
  if (settings.alloy === 'embedded' && alloy?.engine === 'alloy') {
    throw new CannotRun(
      `ALLOY=embedded, and the image ${alloy.image} carries a Grafana Alloy.`,
      'make one that carries the embedded engine with `npm run images`, and set ALLOY_IMAGE=stand-in/alloy; or run with STACK=native.',
    );
  }
  return { stack: 'containers', engine, images };
}

/** A program of this machine, and parts that it has already, are used where they are. */
function reasonForNative(settings: Settings, environment: Environment, hasGiven: boolean): string | undefined {
  if (hasGiven) return 'a part of this machine is given';
  if (settings.alloy !== undefined) return `ALLOY=${settings.alloy}`;
  if ((settings.alloyBinary ?? '') !== '') return 'ALLOY_BIN';
  return findOnPath('alloy', { ...environment }) === undefined ? undefined : 'alloy is on PATH';
}

function present(engine: EngineFinding): DockerEngine {
  if (!('absent' in engine)) return engine;
  throw new CannotRun(
    `a stack of containers needs a Docker engine: ${engine.absent}.`,
    'start one (on Debian: apt-get install docker.io, then dockerd as root), set DOCKER_HOST to where one is, or run with STACK=native.',
  );
}
