/** A Docker engine for one run of continuous integration, on a machine without one. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import Docker from 'dockerode';
import { describeRefusal } from '../helpers/cli/command.ts';
import { importImage } from '../helpers/images/engine.ts';
import { CannotRun } from '../helpers/run/cannot-run.ts';
import type { Settings } from '../helpers/settings/settings.ts';
import { installPackages, updateLists } from '../helpers/setup/apt.ts';
import { startTicks, withLock } from '../helpers/setup/lock.mjs';
import { findOnPath } from '../helpers/setup/programs.mjs';
import { step } from '../helpers/setup/progress.ts';
import { withServicesOff } from '../helpers/setup/services-off.ts';

/**
 * The engine's network. With `machine` it reaches registries, and adds only its own bridge to the machine; its containers
 * are unreachable. With `own` it has a network namespace, which disappears with it and has no rules of other engines: its
 * containers publish their ports there, and only processes inside it reach them.
 */
export type EngineNetwork = 'machine' | 'own';

/** A running engine. Disposing it ends it with all its containers, and keeps its images. */
export type OwnEngine = AsyncDisposable & {
  /** Its address, in the form of `DOCKER_HOST`. */
  readonly at: string;
  /** A description for people. */
  readonly title: string;
  /** The prefix of a command that runs in the engine's network. */
  readonly inNetwork: readonly string[];
};

/** The reason why no engine can be started on this machine. */
export class NoEngine extends Error {
  override readonly name = 'NoEngine';
}

/** An address for documentation, which no machine has (RFC 5737). */
const nameServer = '192.0.2.53';
const maxWaitMs = 60_000;
const prefix = 'alloy-verify-engine-';

/** Installs dockerd and what it needs, without starting a service. Throws `NoEngine` when it can't. */
export async function bringDockerd(settings: Settings): Promise<void> {
  if (process.platform !== 'linux') throw new NoEngine('an engine can be started only on Linux.');
  if (process.getuid?.() !== 0) throw new NoEngine('only root can start an engine.');
  const missing = { dockerd: 'docker.io', iptables: 'iptables', ip: 'iproute2', mount: 'mount' };
  const packages = Object.entries(missing).flatMap(([command, name]) =>
    findOnPath(command, extendPath(settings)) === undefined ? [name] : [],
  );
  if (packages.length === 0) return;
  if (!existsSync('/usr/bin/apt-get'))
    throw new NoEngine(`${packages.join(', ')} must be installed, and this machine has no apt.`);
  const waiting = () => process.stderr.write('  waiting for another set-up on this machine …\n');
  try {
    await withLock('packages', waiting, async () => {
      await step('package lists', () => updateLists(settings));
      await step(packages.join(' '), () => withServicesOff(() => installPackages(packages, settings)));
    });
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    process.stderr.write(describeRefusal(error) ?? '');
    throw new NoEngine(`${packages.join(', ')} can't be installed; the reason is above.`);
  }
}

/** Creates the directory for an engine's files, and removes those of killed runs. The caller removes it. */
export function makeEngineDirectory(): string {
  // Images are large, and /tmp may be in memory: only a directory that was asked for comes before the large one.
  const parent = tmpdir() === '/tmp' ? '/var/tmp' : tmpdir();
  for (const name of readdirSync(parent).filter((other) => other.startsWith(prefix))) {
    const [pid, ticks] = name.slice(prefix.length).split('-');
    if (startTicks(Number(pid)) !== ticks) removeEngineDirectory(join(parent, name));
  }
  return mkdtempSync(join(parent, `${prefix}${process.pid}-${startTicks(process.pid)}-`));
}

/** Removes an engine's directory, control groups and bridge. The engine must have ended. */
export function removeEngineDirectory(directory: string): void {
  ip('delete', nameBridge(directory));
  // Mounts that were made in a chroot may be visible here, once for each engine.
  while (spawnSync('umount', [join(directory, 'apart')], { stdio: 'ignore' }).status === 0);
  for (const root of ['/sys/fs/cgroup', ...folders('/sys/fs/cgroup')]) removeGroups(join(root, basename(directory)));
  rmSync(directory, { recursive: true, force: true });
}

/** An interface name has at most 15 characters. */
function nameBridge(directory: string): string {
  return `verify${basename(directory).slice(prefix.length).split('-')[0]}`;
}

function ip(...args: readonly string[]): void {
  spawnSync('/bin/sh', ['-c', 'PATH=$PATH:/usr/sbin:/sbin exec ip link "$@"', 'ip', ...args], { stdio: 'ignore' });
}

/** Servers are in the sbin folders, which an ordinary user's PATH lacks. */
function extendPath({ path }: Settings): string {
  return `${path}:/usr/sbin:/sbin`;
}

/** The files of a control group can't be removed; its directory can, once the groups below are removed. */
function removeGroups(path: string): void {
  if (!existsSync(path)) return;
  folders(path).forEach(removeGroups);
  rmdirSync(path);
}

function folders(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(path, name));
}

/**
 * Starts dockerd on this directory and returns when it has run a container. Throws `NoEngine` with dockerd's message when it
 * fails both with the storage driver that it chooses and with `vfs`, which needs no support from the kernel.
 */
export async function startOwnEngine(
  directory: string,
  network: EngineNetwork,
  settings: Settings,
): Promise<OwnEngine> {
  try {
    return await start(directory, network, [], settings);
  } catch (error) {
    if (!(error instanceof NoEngine)) throw error;
    return await start(directory, network, ['--storage-driver', 'vfs'], settings).catch(() => {
      throw error;
    });
  }
}

async function start(
  directory: string,
  network: EngineNetwork,
  storage: readonly string[],
  settings: Settings,
): Promise<OwnEngine> {
  const own = network === 'own';
  const logFile = join(directory, 'log');
  const log = openSync(logFile, 'w');
  // With the default it would use docker0, another engine's bridge; with no bridge at all it would remove docker0.
  const bridge = nameBridge(directory);
  if (!own) ip('add', bridge, 'type', 'bridge');
  // In a chroot unshare can't make mounts private: dockerd.sh does.
  const isolated = spawnSync('unshare', ['--mount', '--propagation', 'private', 'true']).status === 0;
  const propagation = isolated ? 'private' : 'unchanged';
  // dockerd's processes end with dockerd, dockerd with unshare, and unshare with this process, however it ends.
  const dockerd = spawn(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', 'unshare', '--mount', '--propagation', propagation, '--pid', '--fork', '--kill-child'],
      ...(own ? ['--net'] : []),
      ...['sh', join(import.meta.dirname, 'dockerd.sh'), directory],
      // systemd would get process IDs of another namespace.
      ...['--exec-opt', 'native.cgroupdriver=cgroupfs', '--cgroup-parent', `/${basename(directory)}`],
      ...(own ? [] : [`--bridge=${bridge}`, '--iptables=false', '--ip6tables=false', '--ip-forward=false']),
      ...storage,
    ],
    {
      env: settings.inherited.extend({
        PATH: extendPath(settings),
        OWN_NETWORK: own ? nameServer : '',
        NODE: process.execPath,
      }),
      stdio: ['ignore', log, log],
      // Ctrl-C at a terminal must not end dockerd before the commands that use it.
      detached: true,
    },
  );
  closeSync(log);
  let ended = false;
  const end = once(dockerd, 'exit').then(
    () => {
      ended = true;
    },
    (error: Error) => {
      throw new NoEngine(`setpriv doesn't start: ${error.message}`);
    },
  );
  end.catch(() => {});
  const stop = async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (ended || dockerd.pid === undefined) return;
      process.kill(-dockerd.pid, signal);
      await Promise.race([end, delay(20_000, undefined, { ref: false })]);
    }
  };
  try {
    const socketPath = join(directory, 'docker.sock');
    const docker = new Docker({ socketPath });
    const deadline = performance.now() + maxWaitMs;
    while (!(await answers(docker))) {
      if (ended || performance.now() > deadline) throw new NoEngine(readFailure(logFile));
      await Promise.race([end, delay(100)]);
    }
    await runContainer(docker, own ? 'bridge' : 'none');
    const { ServerVersion, Driver } = await docker.info();
    return {
      at: `unix://${socketPath}`,
      title: `Docker ${ServerVersion}, started for this run (${Driver})`,
      inNetwork: own ? ['nsenter', `--net=/proc/${dockerd.pid}/ns/net`, '--'] : [],
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function answers(docker: Docker): Promise<boolean> {
  return await docker.ping().then(
    () => true,
    () => false,
  );
}

/** Proves that the engine runs containers, with programs of this machine because it has no image yet. */
async function runContainer(docker: Docker, network: string): Promise<void> {
  const image = 'alloy-verify-nothing';
  const signal = AbortSignal.timeout(maxWaitMs);
  try {
    await importImage(docker, Readable.from([Buffer.alloc(1024)]), { image, labels: {}, signal });
    const programs = ['/bin', '/lib', '/lib64', '/usr'].filter((path) => existsSync(path));
    const container = await docker.createContainer({
      Image: image,
      Cmd: ['/bin/true'],
      HostConfig: { NetworkMode: network, Binds: programs.map((path) => `${path}:${path}:ro`) },
    });
    try {
      await container.start();
      const { StatusCode } = await container.wait({ abortSignal: signal });
      if (StatusCode !== 0) throw new Error(`/bin/true ended with ${StatusCode}`);
    } finally {
      await container.remove({ force: true });
    }
    await docker.getImage(image).remove();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NoEngine(`dockerd starts, but its containers fail: ${reason.trim()}`);
  }
}

/** Why dockerd ended, or the last line of its log. */
function readFailure(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trim().split('\n');
  const failure = lines.findLast((line) => /^failed to start|level=fatal|^\w+: /.test(line)) ?? lines.at(-1);
  return `dockerd doesn't start: ${failure === '' || failure === undefined ? 'it printed no message' : failure}`;
}
