import { readdirSync, readFileSync } from 'node:fs';

/** A process as proc(5) shows it to everyone, whoever owns it. */
export type ProcessEntry = {
  readonly pid: number;
  /** `R`, `S`, `D`, `T` (stopped), `Z` (ended, not yet waited for). */
  readonly state: string;
  readonly parent: number;
  readonly session: number;
  /** When it started, in clock ticks since boot: with the number, it names one process for good. */
  readonly startTicks: string;
};

/** A process and when it started; see {@link ProcessEntry}. */
export type ProcessIdentity = Pick<ProcessEntry, 'pid' | 'startTicks'>;

/** All processes that this one can see. */
export function listProcesses(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => readEntry(Number(pid)) ?? []);
}

/**
 * A process that was started as the leader of a session, with everything that it started: its descendants, the members
 * of its session, and theirs; without those that have ended. A PostgreSQL backend has a session of its own, an exporter
 * may have outlived its parent.
 */
export function listFamily(leader: ProcessIdentity): ProcessEntry[] {
  const all = listProcesses();
  const namesake = all.find(({ pid }) => pid === leader.pid);
  // The number is free for others only when no member of the session is left.
  if (namesake !== undefined && namesake.startTicks !== leader.startTicks) return [];
  const family = new Set([leader.pid]);
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const { pid, parent, session } of all) {
      if (family.has(parent) || session === leader.pid) family.add(pid);
    }
  }
  return all.filter(({ pid, state }) => family.has(pid) && state !== 'Z');
}

/** Sends a signal to a process and everything that it started; to those that come while it does, too. */
export function signalFamily(leader: ProcessIdentity, signal: NodeJS.Signals): void {
  const sent = new Set<number>();
  for (;;) {
    const unsent = listFamily(leader).filter(({ pid }) => !sent.has(pid));
    if (unsent.length === 0) return;
    for (const { pid } of unsent) {
      sent.add(pid);
      try {
        process.kill(pid, signal);
      } catch {
        // It ended between the look and the signal.
      }
    }
  }
}

function readEntry(pid: number): ProcessEntry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name stands in parentheses and may hold any character, also parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state = '', parent, , session] = fields;
    return { pid, state, parent: Number(parent), session: Number(session), startTicks: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
