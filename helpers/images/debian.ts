/** The Debian part of an image: built by mmdebstrap(1) from the packages of the stable release. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { CannotRun } from '../run/cannot-run.ts';
import type { Settings } from '../settings/settings.ts';
import type { PackageSource } from './package-source.ts';
import type { DebianPart } from './stand-ins.ts';

const suite = 'trixie';
const readHook = (name: string) => readFileSync(join(import.meta.dirname, `${name}-hook.sh`), 'utf8');
/** How long mmdebstrap may take to clean up after SIGTERM, in milliseconds. */
const maxCleanupMs = 20_000;

/** A root directory that is being built. */
export type DebianRoot = {
  /** The version of the package that the image is for, without Debian's own revision; undefined when there is none. */
  readonly version: string | undefined;
  /** The files as a tar stream. It fails with `CannotRun` when mmdebstrap fails. */
  readonly archive: Readable;
};

/** The digest of everything that determines this part, except the versions that Debian has at the time. */
export function debianRecipe(part: DebianPart): string {
  const hooks = ['setup', 'share', 'customize'].map(readHook);
  return createHash('sha256')
    .update(JSON.stringify([suite, process.arch, part, hooks]))
    .digest('hex');
}

/** A directory in which parallel builds share what they fetch, inside `directory`, which other users can't list. */
export function makeSharedDirectory(directory: string): string {
  const path = join(directory, randomUUID());
  mkdirSync(path);
  // Without root, mmdebstrap works as users of its own.
  if (process.getuid?.() !== 0) chmodSync(path, 0o777);
  return path;
}

/**
 * Installs the packages into a directory under `shared` and returns when they are installed. Throws `CannotRun` with
 * mmdebstrap's last lines, and the signal's reason when it aborts; nothing is left behind then.
 */
export async function makeDebianRoot(
  name: string,
  part: DebianPart,
  {
    source,
    shared,
    settings,
    signal,
  }: { source: PackageSource; shared: string; settings: Settings; signal: AbortSignal },
): Promise<DebianRoot> {
  signal.throwIfAborted();
  const apart = findIsolation();
  const [file = 'mmdebstrap', ...args] = [...apart, 'mmdebstrap', ...argumentsFor(part)];
  const child = spawn(file, args, {
    stdio: 'pipe',
    // Ctrl-C reaches every process of a terminal, and a second signal would end mmdebstrap before it has cleaned up.
    detached: true,
    env: {
      ...settings.inherited.extend(),
      LC_ALL: 'C.UTF-8',
      DEBIAN_FRONTEND: 'noninteractive',
      TMPDIR: shared,
      // The user that mmdebstrap runs as may be unable to read the scripts' files, so it gets their text.
      ALLOY_VERIFY_SETUP: readHook('setup'),
      ALLOY_VERIFY_SHARE: readHook('share'),
      ALLOY_VERIFY_CUSTOMIZE: readHook('customize'),
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
    // An isolated build ends as a whole, with its mounts.
    endGroup(child.pid, apart.length > 0 ? 'SIGKILL' : 'SIGTERM');
    const late = await Promise.race([closed.then(() => false), delay(maxCleanupMs, true, { ref: false })]);
    if (late) endGroup(child.pid, 'SIGKILL');
  };
  signal.addEventListener('abort', end, { once: true });
  // The mirror's address may contain a password, and everybody can read command lines.
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
  // The archive starts when all packages are installed.
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
 * The command that runs another one with its own mounts and processes. As root, mmdebstrap mounts /proc and /sys in what
 * it builds: interrupted, it would leave them mounted, and the directory could not be removed. Without root it isolates
 * itself, and a user who may not isolate can't mount anything either.
 */
function findIsolation(): string[] {
  if (process.getuid?.() !== 0) return [];
  const command = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const [file = '', ...args] = command;
  return spawnSync(file, [...args, 'true']).status === 0 ? command : [];
}

function endGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has already ended.
  }
}

function failure(name: string, problem: string, lines: readonly string[], source: PackageSource): [string, string] {
  const last = lines
    .filter((line) => line.trim() !== '')
    .slice(-20)
    .map((line) => `    ${line.replaceAll(/\/\/[^/@\s]+@/g, '//…@')}`);
  return [
    `mmdebstrap, which builds the image for ${name}, ${problem}. Its last lines:\n${last.join('\n')}`,
    `read these lines; the packages were requested from ${source.mirror.replace(/\/\/[^/@]+@/, '//…@')} (set DEBIAN_MIRROR to use another mirror).`,
  ];
}

function readVersion(path: string): string | undefined {
  try {
    return /^(?:\d+:)?(\d[\w.]*)/.exec(readFileSync(path, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
