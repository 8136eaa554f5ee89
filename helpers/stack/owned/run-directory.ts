import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CannotRun } from '../../run/cannot-run.ts';
import { type EngineSettings, listEngineVariables } from '../../settings/settings.ts';
import { startTicks } from '../../setup/lock.mjs';
import { findTemporaryDirectory } from './temporary-directory.ts';

const prefix = 'alloy-verify-';
const script = fileURLToPath(new URL('watchdog.sh', import.meta.url));
const removal = fileURLToPath(new URL('../containers/remove-run.ts', import.meta.url));

/** The directory of a run, whose end is also the end of every process of the run. */
export type RunDirectory = {
  readonly path: string;
  /** The directory's own name: it marks what can't be found by the path. */
  readonly name: string;
  /** The variable that marks the run's processes; goes into the environment of each. */
  readonly mark: Readonly<Record<string, string>>;
  /** Records that the run has, or no longer has, something in a container engine: what is left of it then is removed as well. */
  readonly inEngine: (there: boolean) => void;
  /** Records a process, the leader of a session of its own, as the run's. */
  readonly register: (pid: number) => void;
  /** Ends all processes of the run, removes the directory, and returns when both is done. */
  readonly end: () => Promise<void>;
};

/**
 * Makes the directory of a run under the system's temporary directory, with a watchdog that ends the run when this
 * process is gone. Other users can't list it; where the runner is root they can pass through it, because the databases
 * run as users of their own.
 */
export async function makeRunDirectory(engine: EngineSettings): Promise<RunDirectory> {
  const path = await makeDirectory(findTemporaryDirectory());
  writeFileSync(join(path, 'owner'), describeOwner(process.pid), { mode: 0o600 });
  writeFileSync(join(path, 'processes'), '', { mode: 0o600 });
  if (process.getuid?.() === 0) await chmod(path, 0o711);
  const watchdog = startWatchdog(path, engine);
  const marker = join(path, 'containers');
  return {
    path,
    name: basename(path),
    mark: { ALLOY_VERIFY_RUN: path },
    inEngine: (there) => (there ? writeFileSync(marker, '') : rmSync(marker, { force: true })),
    register: (pid) => appendFileSync(join(path, 'processes'), `${pid} ${startTicks(pid)}\n`),
    end: watchdog.end,
  };
}

async function makeDirectory(parent: string): Promise<string> {
  try {
    return await mkdtemp(join(parent, prefix));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CannotRun(
      `the temporary directory ${parent} takes no directory: ${reason}.`,
      'set TMPDIR to one that can be written, such as /tmp.',
    );
  }
}

/**
 * Ends what runs have left whose runner and watchdog are both gone; returns the directories that were removed. Runs of
 * other users, of other PID namespaces and of living runners stay as they are. Throws `CannotRun` as
 * {@link findTemporaryDirectory} does.
 */
export async function sweepStaleRuns(engine: EngineSettings): Promise<string[]> {
  const directory = findTemporaryDirectory();
  const names = (await readdir(directory)).filter((name) => name.startsWith(prefix));
  const swept = names.map(async (name) => {
    const path = join(directory, name);
    if (!(await isStale(path).catch(() => false))) return [];
    await startWatchdog(path, engine).end();
    return [path];
  });
  return (await Promise.all(swept)).flat();
}

/** Whether the process that this record names still runs, as far as this process can know. */
export function isOwnerAlive(record: string): boolean {
  const [pid = '', ticks = '', boot = '', namespace = ''] = record.trim().split(' ');
  if (boot !== readBootId()) return false;
  return namespace !== readPidNamespace() || startTicks(Number(pid)) === ticks;
}

/** A record of a process by which {@link isOwnerAlive} knows it again: never another one with the same number. */
export function describeOwner(pid: number): string {
  return `${pid} ${startTicks(pid)} ${readBootId()} ${readPidNamespace()}\n`;
}

function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function readPidNamespace(): string {
  return readlinkSync('/proc/self/ns/pid');
}

async function isStale(path: string): Promise<boolean> {
  const { uid, mtimeMs } = await stat(path);
  if (uid !== process.getuid?.()) return false;
  const owner = await readFile(join(path, 'owner'), 'utf8').catch(() => undefined);
  if (owner !== undefined) return !isOwnerAlive(owner);
  // A runner that ended between making the directory and signing it.
  return (await readdir(path)).length === 0 && Date.now() - mtimeMs > 60_000;
}

/** A watchdog that is killed is replaced; only `end` lets it do its work while this process lives. */
function startWatchdog(path: string, engine: EngineSettings): { end: () => Promise<void> } {
  let ended: Promise<void> | undefined;
  let watchdog = spawnWatchdog(path, engine);
  const replace = () => {
    if (ended !== undefined) return;
    watchdog = spawnWatchdog(path, engine);
    watchdog.once('exit', replace);
  };
  watchdog.once('exit', replace);
  const finish = async () => {
    watchdog.ref();
    const exit = once(watchdog, 'exit');
    watchdog.stdin.end();
    await exit;
  };
  return {
    end: () => {
      ended ??= finish();
      return ended;
    },
  };
}

function spawnWatchdog(path: string, engine: EngineSettings) {
  const watchdog = spawn('/bin/sh', [script, path, process.execPath, removal, basename(path)], {
    // In a session of its own, so that Ctrl-C does not reach it.
    detached: true,
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', HOME: homedir(), ...listEngineVariables(engine) },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.stdin.on('error', () => {});
  watchdog.unref();
  return watchdog;
}
