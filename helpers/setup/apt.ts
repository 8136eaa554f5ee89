import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { $ } from 'zx';
import { CannotRun } from '../run/cannot-run.ts';
import type { Settings } from '../settings/settings.ts';

const lockSeconds = 120;
const lockHeld = /Could not get lock|Unable to (?:acquire|lock)/;

/** apt-get failed. */
export class AptError extends CannotRun {
  /** Whether the package lists name files that the mirror no longer has. */
  readonly hasOldLists: boolean;
  constructor(command: string, output: string) {
    super(`apt-get ${command} failed:\n${lastLines(output)}`, 'fix what apt-get reports, then run again.');
    this.hasOldLists = /404|Hash Sum mismatch|Unable to fetch/.test(output);
  }
}

/** Names of the packages of which apt knows a version that can be installed. */
export async function listKnownPackages(names: readonly string[], settings: Settings): Promise<Set<string>> {
  const output = await openShell(settings)`apt-cache policy ${[...names]}`;
  const known = new Set<string>();
  for (const [, name, candidate] of output.stdout.matchAll(/^(\S+):\n(?:.*\n)?\s+Candidate: (.*)$/gm)) {
    if (name !== undefined && candidate !== '(none)') known.add(name);
  }
  return known;
}

/** Names of the packages that are installed and configured. */
export async function listInstalledPackages(): Promise<Set<string>> {
  const stanzas = (await readFile('/var/lib/dpkg/status', 'utf8')).split('\n\n');
  const installed = stanzas.filter((stanza) => /^Status: .* installed$/m.test(stanza));
  return new Set(installed.flatMap((stanza) => /^Package: (\S+)$/m.exec(stanza)?.[1] ?? []));
}

/** Fetches the package lists. Throws `CannotRun` with apt's last lines. */
export async function updateLists(settings: Settings): Promise<void> {
  await apt(['update'], settings);
}

/**
 * Installs packages and what they depend on, without recommended ones, without questions, keeping configuration files
 * that a person changed. Throws `CannotRun` with apt's last lines.
 */
export async function installPackages(names: readonly string[], settings: Settings): Promise<void> {
  await apt(['install', '--yes', '--no-install-recommends', ...names], settings);
}

/** Configures what an interrupted installation left unpacked. */
export async function configurePending(settings: Settings): Promise<void> {
  await openShell(settings)`dpkg --force-confdef --force-confold --configure -a`;
}

/** What runs a command of apt or dpkg, which asks no question and answers in English. */
function openShell({ inherited }: Settings) {
  const env = inherited.extend({ DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' });
  return $({ quiet: true, nothrow: true, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function apt(args: readonly string[], settings: Settings): Promise<void> {
  const shell = openShell(settings);
  const options = [
    ...['-o', `DPkg::Lock::Timeout=${lockSeconds}`],
    ...['-o', 'Dpkg::Use-Pty=0'],
    ...['-o', 'Dpkg::Options::=--force-confdef', '-o', 'Dpkg::Options::=--force-confold'],
    // A crash of the machine in these seconds would cost a reinstallation; an fsync for every file costs them always.
    ...['-o', 'Dpkg::Options::=--force-unsafe-io'],
  ];
  const deadline = performance.now() + lockSeconds * 1000;
  for (let configured = false; ; ) {
    const output = await shell`apt-get ${options} ${[...args]}`;
    if (output.exitCode === 0) return;
    if (/dpkg was interrupted/.test(output.stderr) && !configured) {
      configured = true;
      await configurePending(settings);
    } else if (lockHeld.test(output.stderr) && performance.now() < deadline) {
      // The timeout option covers dpkg's lock only, not that of the package lists.
      await delay(500);
    } else {
      throw new AptError(args[0] ?? '', output.stdall);
    }
  }
}

function lastLines(output: string): string {
  return output
    .trimEnd()
    .split('\n')
    .slice(-20)
    .map((line) => `    ${line}`)
    .join('\n');
}
