import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { CannotRun } from '../run/cannot-run.ts';
import type { Settings } from '../settings/settings.ts';
import { installPackages, listKnownPackages, updateLists } from '../setup/apt.ts';
import { findOnPath } from '../setup/programs.mjs';
import { step } from '../setup/progress.ts';

const run = promisify(execFile);

/** Where Debian's packages come from. */
export type PackageSource = {
  /** The address of a mirror of Debian's archive; may hold a password. */
  readonly mirror: string;
  /** What apt needs to get there, in the form of apt.conf(5); may hold a password. */
  readonly configuration: string;
};

/**
 * The mirror from `DEBIAN_MIRROR`, else the one that this machine's own packages come from, else Debian's; with the proxies,
 * certificates and credentials of this machine's apt.
 */
export async function findPackageSource({ debianMirror }: Settings): Promise<PackageSource> {
  const [policy, configuration] = await Promise.all([
    debianMirror === undefined
      ? run('apt-cache', ['policy']).then(
          ({ stdout }) => stdout,
          () => '',
        )
      : '',
    run('apt-config', ['dump']).then(
      ({ stdout }) => stdout,
      () => '',
    ),
  ]);
  return {
    mirror: debianMirror ?? findMirror(policy) ?? 'http://deb.debian.org/debian',
    configuration: readFetchSettings(configuration),
  };
}

/** The first mirror of Debian's archive in the output of `apt-cache policy`. */
export function findMirror(policy: string): string | undefined {
  return /^\s*-?\d+ (\S+\/debian)\/? /m.exec(policy)?.[1];
}

/** The settings in the output of `apt-config dump` that say how files are fetched, without those that say which files. */
export function readFetchSettings(configuration: string): string {
  const lines = configuration.split('\n');
  const readSetting = (name: string) => lines.find((line) => line.startsWith(`${name} `))?.match(/"(.*)"/)?.[1] ?? '';
  const etc = `${readSetting('Dir').replace(/\/$/, '')}/${readSetting('Dir::Etc')}`;
  const place = (name: string) => (name.startsWith('/') ? name : `${etc}/${name}`);
  return [
    ...lines.filter((line) => /^Acquire::(?!IndexTargets|Languages|GzipIndexes|cdrom|Changelogs)\S+ ".+";$/.test(line)),
    // Passwords for mirrors stay in the machine's own files.
    `Dir::Etc::netrc "${place(readSetting('Dir::Etc::netrc') || 'auth.conf')}";`,
    `Dir::Etc::netrcparts "${place(readSetting('Dir::Etc::netrcparts') || 'auth.conf.d')}";`,
  ].join('\n');
}

/** Installs mmdebstrap and the keys of Debian's archive on this machine. Throws `CannotRun` when it can't. */
export async function bringMmdebstrap(settings: Settings): Promise<void> {
  const { path } = settings;
  const packages = [
    ...(findOnPath('mmdebstrap', path) === undefined ? ['mmdebstrap'] : []),
    ...(existsSync('/usr/share/keyrings/debian-archive-keyring.gpg') ? [] : ['debian-archive-keyring']),
  ];
  if (packages.length === 0) return;
  const names = packages.join(' ');
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) {
    throw new CannotRun(
      'the stand-in images are built with mmdebstrap, which is not installed on this machine.',
      'build them on a Debian or Ubuntu machine, or install mmdebstrap and debian-archive-keyring here.',
    );
  }
  if (process.getuid?.() !== 0)
    throw new CannotRun(`${names} must be installed on this machine.`, `sudo apt-get install ${names}`);
  await step(names, async () => {
    const known = await listKnownPackages(packages, settings);
    if (packages.some((name) => !known.has(name))) await updateLists(settings);
    await installPackages(packages, settings);
  });
}
