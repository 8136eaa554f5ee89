// A lock between processes of one machine: a file that names its holder. A holder that is gone holds nothing.

import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs `action` while no other process of this user holds the lock of that name; waits for its turn, as long as the
 * holder lives.
 * @template T
 * @param {string} name letters, digits and dashes
 * @param {() => void} onWait called once, if another process holds the lock
 * @param {() => Promise<T>} action
 * @returns {Promise<T>}
 */
export async function withLock(name, onWait, action) {
  const path = join(tmpdir(), `alloy-verify-${process.getuid?.() ?? 0}-${name}.lock`);
  const release = await acquire(path, onWait);
  try {
    return await action();
  } finally {
    release();
  }
}

/**
 * @param {string} path
 * @param {() => void} onWait
 */
async function acquire(path, onWait) {
  const me = `${process.pid} ${startTicks(process.pid)}\n`;
  // A file of one's own, then a link: the lock never exists without its holder's name in it.
  const mine = `${path}.${process.pid}.${randomUUID()}`;
  writeFileSync(mine, me, { mode: 0o600 });
  try {
    for (let hasWaited = false; ; ) {
      if (link(mine, path)) return () => rmSync(path, { force: true });
      const holder = read(path);
      if (holder !== undefined && !isAlive(holder)) dropStale(path, holder);
      else {
        if (!hasWaited) onWait();
        hasWaited = true;
        await delay(100);
      }
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * @param {string} from
 * @param {string} to
 */
function link(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Two waiters may find the same stale lock: what is moved aside is looked at again, and put back if it is not stale.
 * @param {string} path
 * @param {string} stale */
function dropStale(path, stale) {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (read(aside) !== stale) link(aside, path);
  rmSync(aside, { force: true });
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** @param {string} holder */
function isAlive(holder) {
  const [pid = '', ticks = ''] = holder.trim().split(' ');
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
  }
  return startTicks(Number(pid)) === ticks;
}

/**
 * When a process started, in clock ticks since boot (proc(5), field 22 of `/proc/PID/stat`): together with the process
 * id it names one process for good. `-` where the system has no `/proc` or the process is gone.
 * @param {number} pid
 * @returns {string}
 */
export function startTicks(pid) {
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
}
