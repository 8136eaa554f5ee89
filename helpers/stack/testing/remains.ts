import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** What is left of a run: its directory, and its processes by environment, working directory or title. */
export function listRemains(directory: string): string[] {
  const processes = readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => !['', 'Z', 'X'].includes(readState(pid)))
    .filter(
      (pid) =>
        read(`/proc/${pid}/environ`).includes(`ALLOY_VERIFY_RUN=${directory}\0`) ||
        link(`/proc/${pid}/cwd`).startsWith(`${directory}/`) ||
        read(`/proc/${pid}/cmdline`).startsWith(`postgres: ${basename(directory)}: `),
    )
    .map((pid) => `process ${pid}: ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`);
  return existsSync(directory) ? [directory, ...processes] : processes;
}

/** Waits for a run to be gone; returns what is left of it after 20 s, which should be nothing. */
export async function remainsAfterEnd(directory: string): Promise<string[]> {
  const deadline = performance.now() + 20_000;
  while (listRemains(directory).length > 0 && performance.now() < deadline) await delay(20);
  return listRemains(directory);
}

function readState(pid: string): string {
  return /\) (\w)/.exec(read(`/proc/${pid}/stat`))?.[1] ?? '';
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
