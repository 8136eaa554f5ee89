import { readFileSync } from 'node:fs';
import { listProcesses } from '../owned/processes.ts';

/** The arguments that a process was started with; none where it has ended. */
export function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
  } catch {
    return [];
  }
}

/** Finds the watchdog of a run, which its directory does not record, by its argument. */
export function findWatchdog(directory: string): number {
  const found = listProcesses().find(({ pid }) => commandLine(pid).join(' ').includes(`watchdog.sh ${directory}`));
  if (found === undefined) throw new Error(`no watchdog of ${directory}`);
  return found.pid;
}
