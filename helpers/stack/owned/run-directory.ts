import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTicks } from '../../setup/lock.mjs';
import { temporaryDirectory } from './temporary-directory.ts';

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
export async function makeRunDirectory(): Promise<RunDirectory> {
  const path = await mkdtemp(join(temporaryDirectory(), prefix));
  writeFileSync(join(path, 'owner'), ownerOf(process.pid), { mode: 0o600 });
  writeFileSync(join(path, 'processes'), '', { mode: 0o600 });
  if (process.getuid?.() === 0) await chmod(path, 0o711);
  const watchdog = startWatchdog(path);
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

/**
 * Ends what runs have left whose runner and watchdog are both gone; returns the directories that were removed. Runs of
 * other users, of other PID namespaces and of living runners stay as they are.
 */
export async function sweepStaleRuns(): Promise<string[]> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  const swept = names.map(async (name) => {
    const path = join(tmpdir(), name);
    if (!(await isStale(path).catch(() => false))) return [];
    await startWatchdog(path).end();
    return [path];
  });
  return (await Promise.all(swept)).flat();
}

/** Whether the process that this record names still runs, as far as this process can know. */
export function ownerLives(record: string): boolean {
  const [pid = '', ticks = '', boot = '', namespace = ''] = record.trim().split(' ');
  if (boot !== bootId()) return false;
  return namespace !== pidNamespace() || startTicks(Number(pid)) === ticks;
}

/** A record of a process by which {@link ownerLives} knows it again: never another one with the same number. */
export function ownerOf(pid: number): string {
  return `${pid} ${startTicks(pid)} ${bootId()} ${pidNamespace()}\n`;
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function pidNamespace(): string {
  return readlinkSync('/proc/self/ns/pid');
}

async function isStale(path: string): Promise<boolean> {
  const { uid, mtimeMs } = await stat(path);
  if (uid !== process.getuid?.()) return false;
  const owner = await readFile(join(path, 'owner'), 'utf8').catch(() => undefined);
  if (owner !== undefined) return !ownerLives(owner);
  // A runner that ended between making the directory and signing it.
  return (await readdir(path)).length === 0 && Date.now() - mtimeMs > 60_000;
}

/** A watchdog that is killed is replaced; only `end` lets it do its work while this process lives. */
function startWatchdog(path: string): { end: () => Promise<void> } {
  let ended: Promise<void> | undefined;
  let watchdog = spawnWatchdog(path);
  const replace = () => {
    if (ended !== undefined) return;
    watchdog = spawnWatchdog(path);
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

function spawnWatchdog(path: string) {
  const watchdog = spawn('/bin/sh', [script, path, process.execPath, removal, basename(path)], {
    // In a session of its own, so that Ctrl-C does not reach it.
    detached: true,
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', ...toEngine() },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.stdin.on('error', () => {});
  watchdog.unref();
  return watchdog;
}

/** What a program is told of the container engine by. */
function toEngine(): Record<string, string> {
  const names = ['HOME', 'XDG_RUNTIME_DIR', 'DOCKER_HOST', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
