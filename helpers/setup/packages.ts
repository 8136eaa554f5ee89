// Brings the programs of the native stack onto a Debian or Ubuntu machine: `packages.ts [PROGRAM…]`, all that are
// missing when none is named. Exit code 0 when they are there, 2 when they can't be installed, with what to type.
// `--unless-containers` brings nothing where a run would be one of containers.

import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { question } from 'zx';
import { CannotRun, cannotRunLines } from '../run/cannot-run.ts';
import { partsInOrder } from '../run/stack.ts';
import { environmentWithDotenv, readSettings, SettingsError } from '../settings/settings.ts';
import { chooseStack } from '../stack/choose.ts';
import { readGivenEndpoints } from '../stack/existing-endpoints.ts';
import { configurePending, installPackages, knownPackages, updateLists } from './apt.ts';
import { howToInstall } from './how-to-install.mjs';
import { withLock } from './lock.mjs';
import { findProgram, installationMark, programs } from './programs.mjs';
import { step } from './progress.ts';
import { withServicesOff } from './services-off.ts';

type Program = (typeof programs)[number];

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'unless-containers': { type: 'boolean', default: false } },
});
try {
  if (!values['unless-containers'] || (await stackOfRun()) === 'native') {
    await bringPrograms(programs.filter(({ name }) => positionals.length === 0 || positionals.includes(name)));
  }
} catch (error) {
  if (error instanceof CannotRun) process.stderr.write(cannotRunLines(error));
  else if (error instanceof SettingsError) process.stderr.write(`${error.message}\n`);
  else throw error;
  process.exitCode = 2;
}

async function stackOfRun(): Promise<'native' | 'containers'> {
  const environment = environmentWithDotenv();
  const hasGiven = Object.keys(readGivenEndpoints(environment)).length > 0;
  const choice = { settings: readSettings(environment), environment, parts: partsInOrder, hasGiven };
  return (await chooseStack(choice)).stack;
}

async function bringPrograms(wanted: readonly Program[]): Promise<void> {
  const missing = wanted.filter(isMissing);
  const root = process.getuid?.() === 0;
  if (missing.length > 0) await mayInstall(missing, root);
  else if (!existsSync(installationMark) || !root) return;
  const waiting = () => process.stderr.write('  waiting for another set-up on this machine …\n');
  await withLock('packages', waiting, async () => {
    const still = wanted.filter(isMissing);
    if (still.length > 0) await install(still);
    else if (existsSync(installationMark)) {
      await step('finishing an interrupted installation', () => withServicesOff(configurePending));
    }
  });
}

function isMissing({ name }: Program): boolean {
  return findProgram(name) === undefined;
}

/** Throws where set-up can't install these programs, or the person at the terminal does not want it to. */
async function mayInstall(missing: readonly Program[], root: boolean): Promise<void> {
  const titles = missing.map(({ title }) => title).join(', ');
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get') || !root) {
    throw new CannotRun(`this machine lacks ${titles}.`, howToInstall(missing));
  }
  process.stderr.write(
    `Set-up: ${titles} missing; apt-get brings them (programs only: no database cluster, no service).\n`,
  );
  if (!process.stdin.isTTY || (process.env.CI ?? '') !== '') return;
  const answer = await question('Install them now? [Y/n] ');
  if (/^n/i.test(answer.trim())) throw new CannotRun(`${titles} not installed.`, howToInstall(missing));
}

async function install(missing: readonly Program[]): Promise<void> {
  const candidates = missing.flatMap(({ packages }) => packages);
  let known = await knownPackages(candidates);
  if (missing.some((program) => choosePackage(program, known) === undefined)) {
    await step('package lists', updateLists);
    known = await knownPackages(candidates);
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
  await step(names.join(' '), () => installListed(names));
  const absent = missing.filter(isMissing);
  if (absent.length > 0) {
    throw new CannotRun(
      `after its installation there is still no ${absent.map(({ commands }) => commands[0]).join(', ')}.`,
      `look at: dpkg --listfiles ${names.join(' ')}`,
    );
  }
}

/** Old lists name files that the mirror no longer has: the second try has new ones. */
async function installListed(names: readonly string[]): Promise<void> {
  await withServicesOff(async () => {
    try {
      await installPackages(names);
    } catch (error) {
      if (!(error instanceof CannotRun) || !/404|Hash Sum mismatch|Unable to fetch/.test(error.message)) throw error;
      await updateLists();
      await installPackages(names);
    }
  });
}

function choosePackage(program: Program, known: ReadonlySet<string>): string | undefined {
  return program.packages.find((name) => known.has(name));
}
