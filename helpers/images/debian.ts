/** The part of an image that is Debian: made by mmdebstrap(1) from the packages of the stable release. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { CannotRun } from '../run/cannot-run.ts';
import type { PackageSource } from './package-source.ts';
import type { DebianPart } from './stand-ins.ts';

const suite = 'trixie';
const hookOf = (name: string) => readFileSync(join(import.meta.dirname, `${name}-hook.sh`), 'utf8');
/** How long, in milliseconds, mmdebstrap may take to clean up when it is told to end. */
const patienceMs = 20_000;

/** A root directory that is being made. */
export type DebianRoot = {
  /** The version of the package that the image is for, without Debian's own revision; undefined where none is. */
  readonly version: string | undefined;
  /** The files as a tar stream. It fails with `CannotRun` where mmdebstrap does. */
  readonly archive: Readable;
};

/** The digest of all that decides what this part is, but for the versions that Debian has at the time. */
export function debianRecipe(part: DebianPart): string {
  const hooks = ['setup', 'share', 'customize'].map(hookOf);
  return createHash('sha256')
    .update(JSON.stringify([suite, process.arch, part, hooks]))
    .digest('hex');
}

/** A directory through which builds that run side by side share what they fetch; in `directory`, which others can't list. */
export function makeSharedDirectory(directory: string): string {
  const path = join(directory, randomUUID());
  mkdirSync(path);
  // Without root, mmdebstrap works as users of its own.
  if (process.getuid?.() !== 0) chmodSync(path, 0o777);
  return path;
}

/**
 * Installs the packages into a directory under `shared` and returns when they are there. Throws `CannotRun` with the last
 * lines of mmdebstrap, and the signal's reason when that aborts; nothing is left of it then.
 */
export async function makeDebianRoot(
  name: string,
  part: DebianPart,
  { source, shared, signal }: { source: PackageSource; shared: string; signal: AbortSignal },
): Promise<DebianRoot> {
  signal.throwIfAborted();
  const apart = isolation();
  const [file = 'mmdebstrap', ...args] = [...apart, 'mmdebstrap', ...argumentsFor(part)];
  const child = spawn(file, args, {
    stdio: 'pipe',
    // Ctrl-C at a terminal goes to all processes there, and a second signal would end it before it has cleaned up.
    detached: true,
    env: {
      ...process.env,
      LC_ALL: 'C.UTF-8',
      DEBIAN_FRONTEND: 'noninteractive',
      TMPDIR: shared,
      // As which user mmdebstrap works, the scripts' files may be out of its reach: so they go by their text.
      ALLOY_VERIFY_SETUP: hookOf('setup'),
      ALLOY_VERIFY_SHARE: hookOf('share'),
      ALLOY_VERIFY_CUSTOMIZE: hookOf('customize'),
      ALLOY_VERIFY_NAME: name,
      ALLOY_VERIFY_SHARED: shared,
      ALLOY_VERIFY_APT: source.configuration,
      ALLOY_VERIFY_VERSIONED: part.versioned ?? '',
      ALLOY_VERIFY_WITHOUT: part.without.join('\n'),
      ALLOY_VERIFY_FINISH: part.finish.join('\n'),
    },
  });
  const lines: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => {
    lines.push(...chunk.toString().split('\n'));
    lines.splice(0, lines.length - 100);
  });
  const closed: Promise<string> = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, killed) => resolve(code === 0 ? '' : `ended with ${killed ?? `exit code ${code}`}`));
  });
  const end = async () => {
    if (child.pid === undefined) return;
    // What is apart ends as a whole, with its mounts.
    endGroup(child.pid, apart.length > 0 ? 'SIGKILL' : 'SIGTERM');
    const late = await Promise.race([closed.then(() => false), delay(patienceMs, true, { ref: false })]);
    if (late) endGroup(child.pid, 'SIGKILL');
  };
  signal.addEventListener('abort', end, { once: true });
  // The mirror's address may have a password in it, which a command line shows to everybody.
  child.stdin.on('error', () => {});
  child.stdin.end(`deb ${source.mirror} ${suite} main\n`);

  const check = async () => {
    const problem = await closed;
    signal.removeEventListener('abort', end);
    signal.throwIfAborted();
    if (problem !== '') throw new CannotRun(...failure(name, problem, lines, source));
  };
  async function* archive(): AsyncGenerator<Buffer> {
    yield* child.stdout as AsyncIterable<Buffer>;
    await check();
  }
  // The archive begins when all packages are in place.
  await Promise.race([once(child.stdout, 'readable'), closed]);
  if (child.stdout.readableLength === 0) {
    child.stdout.resume();
    await check();
  }
  return { version: readVersion(join(shared, `${name}.version`)), archive: Readable.from(archive()) };
}

function argumentsFor(part: DebianPart): string[] {
  return [
    '--variant=essential',
    '--format=tar',
    `--include=${part.packages.join(',')}`,
    '--setup-hook=sh -c "$ALLOY_VERIFY_SETUP" sh "$1"',
    '--extract-hook=sh -c "$ALLOY_VERIFY_SHARE" sh "$1"',
    '--customize-hook=sh -c "$ALLOY_VERIFY_SHARE" sh "$1"',
    '--customize-hook=sh -c "$ALLOY_VERIFY_CUSTOMIZE" sh "$1"',
    ...[suite, '-', '-'],
  ];
}

/**
 * The command that gives another one mounts and processes of its own. mmdebstrap as root mounts /proc and /sys in what it
 * makes: interrupted, it would leave them there, in the way of whoever removes the directory. Without root it does this
 * itself; and who may not do it can not mount anything either.
 */
function isolation(): string[] {
  if (process.getuid?.() !== 0) return [];
  const command = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const [file = '', ...args] = command;
  return spawnSync(file, [...args, 'true']).status === 0 ? command : [];
}

function endGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}

function failure(name: string, problem: string, lines: readonly string[], source: PackageSource): [string, string] {
  const last = lines
    .filter((line) => line.trim() !== '')
    .slice(-20)
    .map((line) => `    ${line.replaceAll(/\/\/[^/@\s]+@/g, '//…@')}`);
  return [
    `mmdebstrap, which makes the image for ${name}, ${problem}. It said last:\n${last.join('\n')}`,
    `see what it says; the packages were asked for at ${source.mirror.replace(/\/\/[^/@]+@/, '//…@')} (set DEBIAN_MIRROR to take them from elsewhere).`,
  ];
}

function readVersion(path: string): string | undefined {
  try {
    return /^(?:\d+:)?(\d[\w.]*)/.exec(readFileSync(path, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
