import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type Dockerode from 'dockerode';
import { describeOwner, isOwnerAlive } from '../owned/run-directory.ts';

/** Names the run that a container or network is of: the name of its directory. */
const RUN_LABEL = 'org.alloy-verify.run';
/** Names the process whose end is the end of them, on the machine where it runs. */
const OWNER_LABEL = 'org.alloy-verify.owner';

/** The labels of all that this process has an engine make for a run. What does not have them is never touched. */
export function buildLabels(run: string): Record<string, string> {
  return { [RUN_LABEL]: run, [OWNER_LABEL]: `${describeMachine()} ${describeOwner(process.pid).trim()}` };
}

/** Removes the containers of a run with their volumes, and its networks. Returns how many there were. */
export async function removeRun(docker: Dockerode, run: string): Promise<number> {
  const filters = { label: [`${RUN_LABEL}=${run}`] };
  const containers = await docker.listContainers({ all: true, filters });
  await Promise.all(containers.map(({ Id }) => ignoreGone(docker.getContainer(Id).remove({ force: true, v: true }))));
  const networks = await docker.listNetworks({ filters });
  await Promise.all(networks.map(({ Id }) => ignoreGone(docker.getNetwork(Id).remove())));
  return containers.length + networks.length;
}

/**
 * Removes what runs of this user on this machine have left in the engine whose runner and watchdog are both gone; returns
 * the names of these runs. What belongs to others, to other machines that use the engine, and to living runs stays.
 */
export async function sweepEngine(docker: Dockerode): Promise<string[]> {
  const filters = { label: [RUN_LABEL] };
  const [containers, networks] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
  ]);
  const found = [
    ...containers.map(({ Labels, State }) => ({ labels: Labels, active: State === 'running' || State === 'paused' })),
    ...networks.map(({ Labels }) => ({ labels: Labels ?? {}, active: false })),
  ];
  const runs = Object.entries(Object.groupBy(found, ({ labels }) => labels[RUN_LABEL] ?? ''));
  const stale = runs.filter(([, things = []]) => things.every(isStale)).map(([run]) => run);
  await Promise.all(stale.map((run) => removeRun(docker, run)));
  return stale;
}

/** An owner of another boot is gone, unless it is another machine's that looks the same: nothing of it may be active. */
function isStale({ labels, active }: { labels: Readonly<Record<string, string>>; active: boolean }): boolean {
  const [where, ...owner] = (labels[OWNER_LABEL] ?? '').split(' ');
  if (where !== describeMachine() || owner.length === 0) return false;
  const sameBoot = owner[2] === describeOwner(process.pid).split(' ')[2];
  return !isOwnerAlive(owner.join(' ')) && (sameBoot || !active);
}

/** This user on this machine. */
function describeMachine(): string {
  let id: string;
  try {
    id = readFileSync('/etc/machine-id', 'utf8').trim();
  } catch {
    id = '';
  }
  return `${process.getuid?.() ?? 0}@${id || hostname()}`;
}

/** What somebody else has removed in the meantime, or is removing, is gone as well. */
async function ignoreGone(removal: Promise<unknown>): Promise<void> {
  await removal.catch((error: { statusCode?: number }) => {
    if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
  });
}
