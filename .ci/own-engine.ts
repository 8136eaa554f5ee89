/** A Docker engine for one run of continuous integration, on a machine where none answers. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import Docker from 'dockerode';
import { describeRefusal } from '../helpers/cli/command.ts';
import { importImage } from '../helpers/images/engine.ts';
import { CannotRun } from '../helpers/run/cannot-run.ts';
import { installPackages, updateLists } from '../helpers/setup/apt.ts';
import { startTicks, withLock } from '../helpers/setup/lock.mjs';
import { findOnPath } from '../helpers/setup/programs.mjs';
import { step } from '../helpers/setup/progress.ts';
import { withServicesOff } from '../helpers/setup/services-off.ts';

/**
 * Which network the engine has. With `machine` it reaches registries, and changes nothing there but for a bridge of its
 * own; its containers are not to be reached. With `own` it has one apart, of which nothing stays and in which no other
 * engine's rules are: its containers have their ports there, and who wants to reach them has to be in it.
 */
export type EngineNetwork = 'machine' | 'own';

/** A running engine; disposing ends it with all its containers, and keeps its images. */
export type OwnEngine = AsyncDisposable & {
  /** Its address, as `DOCKER_HOST` has it. */
  readonly at: string;
  /** What it is, in words. */
  readonly title: string;
  /** The beginning of a command that runs what follows in the engine's network. */
  readonly inNetwork: readonly string[];
};

/** Why there is no engine on this machine. */
export class NoEngine extends Error {
  override readonly name = 'NoEngine';
}

/** An address that no machine has (RFC 5737). */
const nameServer = '192.0.2.53';
const patienceMs = 60_000;
const prefix = 'alloy-verify-engine-';
const environment = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };

/** Brings dockerd and what it needs onto this machine, starting no service. Throws `NoEngine` where it can't. */
export async function bringDockerd(): Promise<void> {
  if (process.platform !== 'linux') throw new NoEngine('this is no Linux machine, on which one could be started.');
  if (process.getuid?.() !== 0) throw new NoEngine('only root can start one here.');
  const missing = { dockerd: 'docker.io', iptables: 'iptables', ip: 'iproute2', mount: 'mount' };
  const packages = Object.entries(missing).flatMap(([command, name]) =>
    findOnPath(command, environment.PATH) === undefined ? [name] : [],
  );
  if (packages.length === 0) return;
  if (!existsSync('/usr/bin/apt-get')) throw new NoEngine(`this machine lacks ${packages.join(', ')} and apt.`);
  const waiting = () => process.stderr.write('  waiting for another set-up on this machine …\n');
  try {
    await withLock('packages', waiting, async () => {
      await step('package lists', updateLists);
      await step(packages.join(' '), () => withServicesOff(() => installPackages(packages)));
    });
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    process.stderr.write(describeRefusal(error) ?? '');
    throw new NoEngine(`${packages.join(', ')} can't be installed, see above.`);
  }
}

/** Makes the directory of an engine's images, and takes away what killed runs have left. Who asked for it removes it. */
export function makeEngineDirectory(): string {
  // Images are large, and /tmp may be kept in memory.
  const parent = process.env.TMPDIR ?? '/var/tmp';
  for (const name of readdirSync(parent).filter((other) => other.startsWith(prefix))) {
    const [pid, ticks] = name.slice(prefix.length).split('-');
    if (startTicks(Number(pid)) !== ticks) removeEngineDirectory(join(parent, name));
  }
  return mkdtempSync(join(parent, `${prefix}${process.pid}-${startTicks(process.pid)}-`));
}

/** Removes an engine's directory, its groups of processes and its bridge. No engine may be running there. */
export function removeEngineDirectory(directory: string): void {
  ip('delete', bridgeOf(directory));
  // What was mounted in a chroot may be seen by all, once for each engine that was here.
  while (spawnSync('umount', [join(directory, 'apart')], { stdio: 'ignore' }).status === 0);
  for (const root of ['/sys/fs/cgroup', ...folders('/sys/fs/cgroup')]) removeGroups(join(root, basename(directory)));
  rmSync(directory, { recursive: true, force: true });
}

/** The name of an interface has 15 characters at most. */
function bridgeOf(directory: string): string {
  return `verify${basename(directory).slice(prefix.length).split('-')[0]}`;
}

function ip(...args: readonly string[]): void {
  spawnSync('ip', ['link', ...args], { env: environment, stdio: 'ignore' });
}

/** A control group has files that can't be removed, and goes with them when those below it have gone. */
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
 * Starts dockerd on this directory and returns when it has run a container. Throws `NoEngine` with what dockerd says
 * where it can't: neither with the storage that it chooses itself nor with the one that needs nothing of the kernel.
 */
export async function startOwnEngine(directory: string, network: EngineNetwork): Promise<OwnEngine> {
  try {
    return await start(directory, network, []);
  } catch (error) {
    if (!(error instanceof NoEngine)) throw error;
    return await start(directory, network, ['--storage-driver', 'vfs']).catch(() => {
      throw error;
    });
  }
}

async function start(directory: string, network: EngineNetwork, storage: readonly string[]): Promise<OwnEngine> {
  const own = network === 'own';
  const logFile = join(directory, 'log');
  const log = openSync(logFile, 'w');
  // With docker0 it would take another engine's, and with none at all remove that.
  const bridge = bridgeOf(directory);
  if (!own) ip('add', bridge, 'type', 'bridge');
  // In a chroot mounts can't be made private with one word: see dockerd.sh.
  const isolated = spawnSync('unshare', ['--mount', '--propagation', 'private', 'true']).status === 0;
  const propagation = isolated ? 'private' : 'unchanged';
  // All that dockerd starts ends with it, it with unshare, and that with this process, however it ends.
  const dockerd = spawn(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', 'unshare', '--mount', '--propagation', propagation, '--pid', '--fork', '--kill-child'],
      ...(own ? ['--net'] : []),
      ...['sh', join(import.meta.dirname, 'dockerd.sh'), directory],
      // systemd would be told of processes by numbers that are of another space.
      ...['--exec-opt', 'native.cgroupdriver=cgroupfs', '--cgroup-parent', `/${basename(directory)}`],
      ...(own ? [] : [`--bridge=${bridge}`, '--iptables=false', '--ip6tables=false', '--ip-forward=false']),
      ...storage,
    ],
    {
      env: { ...environment, OWN_NETWORK: own ? nameServer : '', NODE: process.execPath },
      stdio: ['ignore', log, log],
      // Ctrl-C at a terminal is for those that use it, and it ends after them.
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
      throw new NoEngine(`setpriv can't be started: ${error.message}`);
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
    const deadline = performance.now() + patienceMs;
    while (!(await answers(docker))) {
      if (ended || performance.now() > deadline) throw new NoEngine(lastWords(logFile));
      await Promise.race([end, delay(100)]);
    }
    await runContainer(docker, own ? 'bridge' : 'none');
    const { ServerVersion, Driver } = await docker.info();
    return {
      at: `unix://${socketPath}`,
      title: `Docker ${ServerVersion} of this run alone (${Driver})`,
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

/** Proves that the engine can do what it is there for, with programs of this machine: it has no image yet. */
async function runContainer(docker: Docker, network: string): Promise<void> {
  const image = 'alloy-verify-nothing';
  const signal = AbortSignal.timeout(patienceMs);
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
    throw new NoEngine(`dockerd starts, but its containers don't: ${reason.trim()}`);
  }
}

/** Why dockerd ended, or what it did last: the rest of its log is of its parts. */
function lastWords(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trim().split('\n');
  const failure = lines.findLast((line) => /^failed to start|level=fatal|^\w+: /.test(line)) ?? lines.at(-1);
  return `dockerd does not start: ${failure === '' || failure === undefined ? 'it says nothing' : failure}`;
}
