import { readFileSync } from 'node:fs';
import { listProcesses } from '../native/processes.ts';

/** The words that a process was started with; none where it is gone. */
export function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
  } catch {
    return [];
  }
}

/** The watchdog of a run, which is nobody's that its directory could tell: found by its argument. */
export function watchdogOf(directory: string): number {
  const found = listProcesses().find(({ pid }) => commandLine(pid).join(' ').includes(`watchdog.sh ${directory}`));
  if (found === undefined) throw new Error(`no watchdog of ${directory}`);
  return found.pid;
}
