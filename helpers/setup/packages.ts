import { existsSync } from 'node:fs';
import { question } from 'zx';
import { CannotRun } from '../run/cannot-run.ts';
import type { Settings } from '../settings/settings.ts';
import { AptError, configurePending, installPackages, listKnownPackages, updateLists } from './apt.ts';
import { howToInstall } from './how-to-install.mjs';
import { withLock } from './lock.mjs';
import { findProgram, installationMark, type ProgramName, programs } from './programs.mjs';
import { step } from './progress.ts';
import { withServicesOff } from './services-off.ts';

type Program = (typeof programs)[number];

/**
 * Installs those of these programs of the native stack that a Debian or Ubuntu machine lacks. Throws `CannotRun` with what
 * to type where they can't be installed, or where the person at the terminal declines.
 */
export async function installPrograms(names: readonly ProgramName[], settings: Settings): Promise<void> {
  const { path, isInteractive } = settings;
  const wanted = programs.filter(({ name }) => names.includes(name));
  const listMissing = () => wanted.filter(({ name }) => findProgram(name, path) === undefined);
  const missing = listMissing();
  const isRoot = process.getuid?.() === 0;
  if (missing.length > 0) await mayInstall(missing, { isRoot, isInteractive });
  else if (!existsSync(installationMark) || !isRoot) return;
  const onWait = () => process.stderr.write('  waiting for another set-up on this machine …\n');
  await withLock('packages', onWait, async () => {
    const still = listMissing();
    if (still.length > 0) await install(still, listMissing, settings);
    else if (existsSync(installationMark)) {
      await step('finishing an interrupted installation', () => withServicesOff(() => configurePending(settings)));
    }
  });
}

/** Throws where set-up can't install these programs, or the person at the terminal does not want it to. */
async function mayInstall(
  missing: readonly Program[],
  { isRoot, isInteractive }: { isRoot: boolean; isInteractive: boolean },
): Promise<void> {
  const titles = missing.map(({ title }) => title).join(', ');
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get') || !isRoot) {
    throw new CannotRun(`this machine lacks ${titles}.`, howToInstall(missing));
  }
  process.stderr.write(
    `Set-up: ${titles} missing; apt-get installs them (programs only: it creates no database cluster and starts nothing).\n`,
  );
  if (!isInteractive) return;
  const answer = await question('Install them now? [Y/n] ');
  if (/^n/i.test(answer.trim())) throw new CannotRun(`${titles} not installed.`, howToInstall(missing));
}

async function install(
  missing: readonly Program[],
  listMissing: () => readonly Program[],
  settings: Settings,
): Promise<void> {
  const candidates = missing.flatMap(({ packages }) => packages);
  let known = await listKnownPackages(candidates, settings);
  if (missing.some((program) => choosePackage(program, known) === undefined)) {
    await step('package lists', () => updateLists(settings));
    known = await listKnownPackages(candidates, settings);
  }
  const unknown = missing.filter((program) => choosePackage(program, known) === undefined);
  if (unknown.length > 0) {
    const names = unknown.map(({ packages }) => packages.at(-1)).join(', ');
    throw new CannotRun(
      `no package source of this machine has ${names}.`,
      'add the distribution\'s own sources ("main" on Debian, "universe" on Ubuntu), then run again.',
    );
  }
  const names = missing.flatMap((program) => choosePackage(program, known) ?? []);
  await step(names.join(' '), () => installListed(names, settings));
  const absent = listMissing();
  if (absent.length > 0) {
    throw new CannotRun(
      `after its installation there is still no ${absent.map(({ commands }) => commands[0]).join(', ')}.`,
      `look at: dpkg --listfiles ${names.join(' ')}`,
    );
  }
}

/** Old lists name files that the mirror no longer has: the second try has new ones. */
async function installListed(names: readonly string[], settings: Settings): Promise<void> {
  await withServicesOff(async () => {
    try {
      await installPackages(names, settings);
    } catch (error) {
      if (!(error instanceof AptError) || !error.hasOldLists) throw error;
      await updateLists(settings);
      await installPackages(names, settings);
    }
  });
}

function choosePackage(program: Program, known: ReadonlySet<string>): string | undefined {
  return program.packages.find((name) => known.has(name));
}
